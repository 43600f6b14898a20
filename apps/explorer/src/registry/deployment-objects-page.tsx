import { useQuery } from '@tanstack/react-query'
import type { DeploymentObject } from '@logboom/contracts'
import { Link } from 'wouter'
import { Ago } from '../components/ago.tsx'
import { Failure } from '../components/failure.tsx'
import { Loading } from '../components/loading.tsx'
import { SortableTable } from '../components/sortable-table.tsx'
import type { Column } from '../components/sortable-table.tsx'
import { useTitle } from '../components/use-title.ts'
import { AgentLink } from './agent-link.tsx'
import { deploymentObjectsQuery } from './registry-queries.ts'
import { RegistryTabs } from './registry-tabs.tsx'

export function DeploymentObjectsPage() {
  useTitle('Deployment objects')
  const { data, error, isPending, refetch } = useQuery(deploymentObjectsQuery)
  return (
    <div className="page">
      <div className="page-head">
        <h1>Deployment objects</h1>
        <RegistryTabs />
      </div>
      {error && <Failure error={error} retry={() => void refetch()} />}
      {isPending && <Loading what="deployment objects" />}
      {data?.items.length === 0 && (
        <p className="notice">
          <span>
            There are none. Whoever deploys registers each with{' '}
            <code>PUT /api/v1/deployment-objects/&lt;id&gt;</code>; lines that name it are then found here.
          </span>
        </p>
      )}
      {data && data.items.length > 0 && (
        <SortableTable
          label="Deployment objects"
          columns={columns}
          items={data.items}
          keyOf={({ id }) => id}
        />
      )}
      {data?.isCut && <p className="dim">The newest {data.items.length} are shown.</p>}
    </div>
  )
}

const columns: readonly Column<DeploymentObject>[] = [
  {
    name: 'Deployment object',
    value: ({ name }) => name,
    cell: ({ id, name }) => (
      <>
        <Link href={`/deployment-objects/${id}`}>{name || 'deployment object'}</Link>
        <div className="mono dim">{id}</div>
      </>
    ),
  },
  { name: 'Agent', value: ({ agent_id }) => agent_id, cell: ({ agent_id }) => <AgentLink id={agent_id} /> },
  {
    name: 'Made',
    value: ({ created_at }) => created_at,
    cell: ({ created_at }) => <Ago time={created_at} />,
  },
  {
    name: '(Logs)',
    cell: ({ id }) => (
      <div className="actions">
        <Link className="button small" href={`/search?deployment_object_id=${id}`}>
          Logs<span className="unseen"> of {id}</span>
        </Link>
      </div>
    ),
  },
]
