import { useQuery } from '@tanstack/react-query'
import type { StoredGap } from '@logboom/contracts'
import { Failure } from '../components/failure.tsx'
import { Loading } from '../components/loading.tsx'
import { SortableTable } from '../components/sortable-table.tsx'
import type { Column } from '../components/sortable-table.tsx'
import { formatBytes } from '../format/format-bytes.ts'
import { formatCount } from '../format/format-count.ts'
import { formatMoment } from '../format/format-time.ts'
import { gapsQuery } from './agent-queries.ts'

export function AgentGaps({ agentId }: { agentId: string }) {
  const { data, error, refetch } = useQuery(gapsQuery(agentId))
  return (
    <section className="section" id="gaps">
      <div className="section-head">
        <h2>Gaps</h2>
      </div>
      {error && <Failure error={error} retry={() => void refetch()} />}
      {!data && !error && <Loading what="gaps" />}
      {data?.gaps.length === 0 && (
        <p className="dim">None: whatever this agent’s sources still served was read and is stored.</p>
      )}
      {data && data.gaps.length > 0 && (
        <SortableTable label="Gaps" columns={columns} items={data.gaps} keyOf={({ id }) => id} />
      )}
      {data?.has_more && <p className="dim">The hundred that end last are shown.</p>}
    </section>
  )
}

const columns: readonly Column<StoredGap>[] = [
  {
    name: 'Stream',
    value: ({ namespace, pod_name }) => `${namespace}/${pod_name}`,
    cell: ({ namespace, pod_name, container_name }) => (
      <span className="mono">
        {namespace}/{pod_name}
        {container_name !== null && `/${container_name}`}
      </span>
    ),
  },
  { name: 'From', value: ({ from }) => from, cell: ({ from }) => formatMoment(from, 'local') },
  { name: 'To', value: ({ to }) => to, cell: ({ to }) => formatMoment(to, 'local') },
  {
    name: 'Lines',
    isNumber: true,
    value: ({ lines }) => lines,
    cell: ({ lines, exact }) =>
      lines === null ? 'not known' : `${exact ? '' : 'about '}${formatCount(lines)}`,
  },
  {
    name: 'Bytes',
    isNumber: true,
    value: ({ bytes }) => bytes,
    cell: ({ bytes }) => (bytes === null ? '–' : formatBytes(bytes)),
  },
  { name: 'Why', value: ({ reason }) => reason, cell: ({ reason }) => reason.replaceAll('_', ' ') },
]
