import type { AgentStats, AgentWithProgress, RetentionReport, Stats } from '@logboom/contracts'
import { Link } from 'wouter'
import { Ago } from '../components/ago.tsx'
import { SortableTable } from '../components/sortable-table.tsx'
import type { Column } from '../components/sortable-table.tsx'
import { formatCount, formatShortCount } from '../format/format-count.ts'
import { formatDuration } from '../format/format-duration.ts'
import { formatClock, formatDay, formatMoment } from '../format/format-time.ts'
import { useTimeZone } from '../layout/use-time-zone.ts'
import { stateOf } from './agent-state.ts'
import { retentionOf } from './retention-of.ts'

interface Props {
  agents: readonly AgentWithProgress[]
  stats: Stats | undefined
  retention: RetentionReport | undefined
}

interface Row {
  agent: AgentWithProgress
  stats: AgentStats | undefined
  retention: RetentionReport | undefined
}

export function AgentsTable({ agents, stats, retention }: Props) {
  const byId = new Map(stats?.per_agent.map((one) => [one.agent_id, one]))
  const rows = agents.map((agent) => ({ agent, stats: byId.get(agent.id), retention }))
  return (
    <SortableTable
      label="Agents"
      columns={columns}
      items={rows}
      keyOf={({ agent }) => agent.id}
      sortedBy="Name"
      rowClass={({ agent }) =>
        stateOf(agent, Date.now()).isStale ? 'stale' : agent.status === 'INACTIVE' ? 'over' : undefined
      }
    />
  )
}

const columns: readonly Column<Row>[] = [
  {
    name: 'Name',
    value: ({ agent }) => agent.name,
    cell: ({ agent }) => <Link href={`/agents/${agent.id}`}>{agent.name}</Link>,
  },
  { name: 'Cluster', value: ({ agent }) => agent.cluster_name, cell: ({ agent }) => agent.cluster_name },
  {
    name: 'Status',
    value: ({ agent }) => stateOf(agent, Date.now()).words,
    cell: ({ agent }) => <StatusBadge agent={agent} />,
  },
  {
    name: 'Last seen',
    value: ({ agent }) => agent.last_seen && Date.parse(agent.last_seen),
    cell: ({ agent }) => <Ago time={agent.last_seen} />,
  },
  {
    name: 'Behind',
    isNumber: true,
    value: ({ agent }) => agent.lag_seconds,
    cell: ({ agent }) =>
      agent.lag_seconds === null ? unknown : formatDuration(Math.round(agent.lag_seconds)),
  },
  {
    name: 'Complete until',
    value: ({ agent }) => agent.complete_until,
    cell: ({ agent }) => <CompleteUntil time={agent.complete_until} />,
  },
  {
    name: 'Entries / min',
    isNumber: true,
    value: ({ stats }) => stats?.entries_per_minute ?? null,
    cell: ({ stats }) => (stats ? formatCount(Math.round(stats.entries_per_minute)) : unknown),
  },
  {
    name: 'Entries',
    isNumber: true,
    value: ({ stats }) => stats?.entries ?? null,
    cell: ({ stats }) => (stats ? formatShortCount(stats.entries) : unknown),
  },
  {
    name: 'Gaps',
    isNumber: true,
    value: ({ stats }) => stats?.gaps ?? null,
    cell: ({ agent, stats }) =>
      stats && stats.gaps > 0 ? (
        <Link href={`/agents/${agent.id}#gaps`}>{formatCount(stats.gaps)}</Link>
      ) : (
        (stats?.gaps ?? unknown)
      ),
  },
  {
    name: 'Retention',
    isNumber: true,
    value: ({ agent, retention }) => (retention && retentionOf(retention, agent.id)?.seconds) ?? null,
    cell: ({ agent, retention }) => <Retention report={retention} agentId={agent.id} />,
  },
  {
    name: 'Version',
    value: ({ agent }) => agent.version,
    cell: ({ agent }) => (agent.version === null ? unknown : <span className="mono">{agent.version}</span>),
  },
]

const unknown = (
  <span className="dim" title="not known">
    –
  </span>
)

/** The day is said where it is not today's. */
function CompleteUntil({ time }: { time: string | null }) {
  const [zone] = useTimeZone()
  if (time === null) return unknown
  const isToday = formatDay(time, zone) === formatDay(new Date().toISOString(), zone)
  const clock = formatClock(time, zone).slice(0, 8)
  return (
    <time dateTime={time} title={formatMoment(time, zone)}>
      {isToday ? clock : `${formatDay(time, zone)} ${clock}`}
    </time>
  )
}

export function StatusBadge({ agent }: { agent: AgentWithProgress }) {
  const { words, tone, advice } = stateOf(agent, Date.now())
  return (
    <span className={`badge ${tone}`} title={advice}>
      {words}
    </span>
  )
}

function Retention({ report, agentId }: { report: RetentionReport | undefined; agentId: string }) {
  const found = report && retentionOf(report, agentId)
  if (!found) return unknown
  return (
    <span title={found.varies ? 'Some of its namespaces are kept for another time.' : undefined}>
      {formatDuration(found.seconds)}
      {found.varies && ' *'}
    </span>
  )
}
