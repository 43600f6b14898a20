import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { getJson } from '../api/request.ts'
import { Failure } from '../components/failure.tsx'
import { SortableTable } from '../components/sortable-table.tsx'
import type { Column } from '../components/sortable-table.tsx'
import { formatCount } from '../format/format-count.ts'

interface FieldValues {
  values: { value: string; count: number }[]
}

interface Row {
  value: string
  count: number
  share: number
  agentId: string
}

/** Its pods, those with most lines first: what this agent brings. */
export function AgentStreams({ agentId }: { agentId: string }) {
  const { data, error, refetch } = useQuery({
    queryKey: ['fields', 'pod_name', agentId],
    queryFn: ({ signal }) =>
      getJson<FieldValues>(`/fields/pod_name/values?agent_id=${encodeURIComponent(agentId)}&limit=100`, {
        signal,
      }),
    refetchInterval: 30_000,
  })
  const most = Math.max(1, ...(data?.values ?? []).map(({ count }) => count))
  const rows = data?.values.map(({ value, count }) => ({ value, count, share: count / most, agentId }))
  return (
    <section className="section">
      <div className="section-head">
        <h2>Pods</h2>
      </div>
      {error && <Failure error={error} retry={() => void refetch()} />}
      {rows?.length === 0 && <p className="dim">Nothing of this agent is stored.</p>}
      {rows && rows.length > 0 && (
        <SortableTable label="Pods" columns={columns} items={rows} keyOf={({ value }) => value} />
      )}
    </section>
  )
}

const columns: readonly Column<Row>[] = [
  {
    name: 'Pod',
    value: ({ value }) => value,
    cell: ({ value, agentId }) => (
      <Link
        className="mono"
        href={`/search?${new URLSearchParams({ agent_id: agentId, pod_name_exact: value }).toString()}`}
      >
        {value}
      </Link>
    ),
  },
  { name: 'Entries', isNumber: true, value: ({ count }) => count, cell: ({ count }) => formatCount(count) },
  {
    name: '(Share)',
    cell: ({ share }) => <meter className="share-bar" value={share} aria-label="Share of the most" />,
  },
]
