import type { RetentionReport } from '@logboom/contracts'
import { Ago } from '../components/ago.tsx'
import { formatCount } from '../format/format-count.ts'
import { formatDuration } from '../format/format-duration.ts'
import '../agents/agents.css'

export function PolicyFacts({ report }: { report: RetentionReport }) {
  const { cleanup_interval_seconds: interval, max_delete_batch: batch } = report
  return (
    <dl className="panel facts">
      <dt>Last clean-up</dt>
      <dd>
        <Ago time={report.last_run_at} never="not yet: is retention-worker running?" />
      </dd>
      <dt>Next clean-up</dt>
      <dd>
        <Ago time={report.next_run_at} never="not known" />
        {interval !== null && <span className="dim"> · every {formatDuration(interval)}</span>}
      </dd>
      <dt>Oldest row</dt>
      <dd>
        {report.oldest_row_age_seconds === null
          ? 'none'
          : `${formatDuration(Math.round(report.oldest_row_age_seconds))} old`}
      </dd>
      {batch !== null && <dt>Rows in a delete</dt>}
      {batch !== null && <dd>{formatCount(batch)} at most</dd>}
      <dt>Entries of an agent</dt>
      <dd>{boundOf(report.max_logs_per_agent)}</dd>
      <dt>Of a deployment object</dt>
      <dd>{boundOf(report.max_logs_per_deployment)}</dd>
    </dl>
  )
}

function boundOf(bound: number | null): string {
  if (bound === null) return 'not known'
  return bound === 0 ? 'no bound' : `${formatCount(bound)} at most, then the oldest go`
}
