import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { Ago } from '../components/ago.tsx'
import { Failure } from '../components/failure.tsx'
import { Loading } from '../components/loading.tsx'
import { useTitle } from '../components/use-title.ts'
import { AgentLink } from './agent-link.tsx'
import { NewestLines } from './newest-lines.tsx'
import { deploymentObjectQuery } from './registry-queries.ts'
import '../agents/agents.css'

export function DeploymentObjectPage({ id }: { id: string }) {
  const { data, error, refetch } = useQuery(deploymentObjectQuery(id))
  const name = data?.name || 'Deployment object'
  useTitle(name)
  return (
    <div className="page">
      <div className="page-head">
        <h1>{name}</h1>
        <Link className="button" href="/deployment-objects">
          All deployment objects
        </Link>
        <Link className="button primary" href={`/search?deployment_object_id=${encodeURIComponent(id)}`}>
          Search its logs
        </Link>
      </div>
      {error && <Failure error={error} retry={() => void refetch()} />}
      {!data && !error && <Loading what="deployment object" />}
      {data && (
        <>
          <dl className="panel facts">
            <dt>Agent</dt>
            <dd>
              <AgentLink id={data.agent_id} />
            </dd>
            <dt>Made</dt>
            <dd>
              <Ago time={data.created_at} />
            </dd>
            <dt>Changed</dt>
            <dd>
              <Ago time={data.updated_at} />
            </dd>
            <dt>Id</dt>
            <dd className="mono">{data.id}</dd>
          </dl>
          <NewestLines subject={`/deployment-objects/${data.id}`} />
        </>
      )}
    </div>
  )
}
