import { useQuery } from '@tanstack/react-query'
import type { WorkOrder } from '@logboom/contracts'
import { Link } from 'wouter'
import { Ago } from '../components/ago.tsx'
import { Failure } from '../components/failure.tsx'
import { Loading } from '../components/loading.tsx'
import { SortableTable } from '../components/sortable-table.tsx'
import type { Column } from '../components/sortable-table.tsx'
import { useTitle } from '../components/use-title.ts'
import { AgentLink } from './agent-link.tsx'
import { workOrdersQuery } from './registry-queries.ts'
import { RegistryTabs } from './registry-tabs.tsx'
import { WorkOrderStatus } from './work-order-status.tsx'

export function WorkOrdersPage() {
  useTitle('Work orders')
  const { data, error, isPending, refetch } = useQuery(workOrdersQuery)
  return (
    <div className="page">
      <div className="page-head">
        <h1>Work orders</h1>
        <RegistryTabs />
      </div>
      {error && <Failure error={error} retry={() => void refetch()} />}
      {isPending && <Loading what="work orders" />}
      {data?.items.length === 0 && (
        <p className="notice">
          <span>
            There are none. Whoever gives out work registers each order with{' '}
            <code>PUT /api/v1/work-orders/&lt;id&gt;</code>; lines that name it are then found here.
          </span>
        </p>
      )}
      {data && data.items.length > 0 && (
        <SortableTable label="Work orders" columns={columns} items={data.items} keyOf={({ id }) => id} />
      )}
      {data?.isCut && <p className="dim">The newest {data.items.length} are shown.</p>}
    </div>
  )
}

const columns: readonly Column<WorkOrder>[] = [
  {
    name: 'Work order',
    value: ({ work_type }) => work_type,
    cell: ({ id, work_type }) => (
      <>
        <Link href={`/work-orders/${id}`}>{work_type || 'work order'}</Link>
        <div className="mono dim">{id}</div>
      </>
    ),
  },
  {
    name: 'Status',
    value: ({ status }) => status,
    cell: ({ status }) => <WorkOrderStatus status={status} />,
  },
  { name: 'Agent', value: ({ agent_id }) => agent_id, cell: ({ agent_id }) => <AgentLink id={agent_id} /> },
  {
    name: 'Made',
    value: ({ created_at }) => created_at,
    cell: ({ created_at }) => <Ago time={created_at} />,
  },
  {
    name: 'Completed',
    value: ({ completed_at }) => completed_at,
    cell: ({ completed_at }) => <Ago time={completed_at} never="–" />,
  },
  {
    name: '(Logs)',
    cell: ({ id }) => (
      <div className="actions">
        <Link className="button small" href={`/search?work_order_id=${id}`}>
          Logs<span className="unseen"> of {id}</span>
        </Link>
      </div>
    ),
  },
]
