import { useQuery } from '@tanstack/react-query'
import type { AgentWithProgress } from '@logboom/contracts'
import { Ago } from '../components/ago.tsx'
import { formatBytes } from '../format/format-bytes.ts'
import { formatCount } from '../format/format-count.ts'
import { formatDuration } from '../format/format-duration.ts'
import { formatMoment } from '../format/format-time.ts'
import { retentionQuery, statsOf, statsQuery } from './agent-queries.ts'
import { StatusBadge } from './agents-table.tsx'
import { retentionOf } from './retention-of.ts'

export function AgentFacts({ agent }: { agent: AgentWithProgress }) {
  const stats = statsOf(useQuery(statsQuery).data, agent.id)
  const report = useQuery(retentionQuery).data
  const retention = report && retentionOf(report, agent.id)
  const labels = Object.entries(agent.labels)
  return (
    <dl className="panel facts">
      <dt>Status</dt>
      <dd>
        <StatusBadge agent={agent} />
      </dd>
      <dt>Last seen</dt>
      <dd>
        <Ago time={agent.last_seen} />
        {agent.version !== null && <span className="dim"> · version {agent.version}</span>}
      </dd>
      <dt>Complete until</dt>
      <dd>{completeness(agent)}</dd>
      {stats && <dt>Stored</dt>}
      {stats && (
        <dd>
          {formatCount(stats.entries)} entries, {formatBytes(stats.bytes)} of messages ·{' '}
          {formatCount(Math.round(stats.entries_per_minute))} a minute
        </dd>
      )}
      {retention && <dt>Retention</dt>}
      {retention && (
        <dd>
          {formatDuration(retention.seconds)}
          {retention.varies && <span className="dim"> · some namespaces another time</span>}
        </dd>
      )}
      {labels.length > 0 && <dt>Labels</dt>}
      {labels.length > 0 && (
        <dd className="mono">{labels.map(([key, value]) => `${key}=${value}`).join('  ')}</dd>
      )}
      <dt>Id</dt>
      <dd className="mono">{agent.id}</dd>
      <dt>Made</dt>
      <dd>
        <Ago time={agent.created_at} />
      </dd>
    </dl>
  )
}

function completeness({ complete_until, lag_seconds }: AgentWithProgress): string {
  if (complete_until === null) return 'not known: this agent does not say how far it has read'
  const behind = lag_seconds === null ? '' : ` (${formatDuration(Math.round(lag_seconds))} behind)`
  return `${formatMoment(complete_until, 'local')}${behind}`
}
