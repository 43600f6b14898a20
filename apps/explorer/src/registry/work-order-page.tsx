import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { Ago } from '../components/ago.tsx'
import { Failure } from '../components/failure.tsx'
import { Loading } from '../components/loading.tsx'
import { useTitle } from '../components/use-title.ts'
import { AgentLink } from './agent-link.tsx'
import { NewestLines } from './newest-lines.tsx'
import { workOrderQuery } from './registry-queries.ts'
import { WorkOrderStatus } from './work-order-status.tsx'
import '../agents/agents.css'

export function WorkOrderPage({ id }: { id: string }) {
  const { data, error, refetch } = useQuery(workOrderQuery(id))
  useTitle(data?.work_type || 'Work order')
  return (
    <div className="page">
      <div className="page-head">
        <h1>{data?.work_type || 'Work order'}</h1>
        <Link className="button" href="/work-orders">
          All work orders
        </Link>
        <Link className="button primary" href={`/search?work_order_id=${encodeURIComponent(id)}`}>
          Search its logs
        </Link>
      </div>
      {error && <Failure error={error} retry={() => void refetch()} />}
      {!data && !error && <Loading what="work order" />}
      {data && (
        <>
          <dl className="panel facts">
            <dt>Status</dt>
            <dd>
              <WorkOrderStatus status={data.status} />
            </dd>
            <dt>Agent</dt>
            <dd>
              <AgentLink id={data.agent_id} />
            </dd>
            <dt>Made</dt>
            <dd>
              <Ago time={data.created_at} />
            </dd>
            <dt>Completed</dt>
            <dd>
              <Ago time={data.completed_at} never="not yet" />
            </dd>
            <dt>Id</dt>
            <dd className="mono">{data.id}</dd>
          </dl>
          <NewestLines subject={`/work-orders/${data.id}`} />
        </>
      )}
    </div>
  )
}
