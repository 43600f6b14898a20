import type { Stats } from '@logboom/contracts'
import { formatBytes } from '../format/format-bytes.ts'
import { formatCount, formatShortCount } from '../format/format-count.ts'
import { formatDuration } from '../format/format-duration.ts'
import './agents.css'

/** What there is in all. */
export function StatsLine({ stats }: { stats: Stats }) {
  const { entries, bytes, entries_per_minute, gaps, oldest_row_age_seconds, database_bytes, queue } = stats
  return (
    <dl className="figures">
      <Figure name="entries" value={formatShortCount(entries)} title={formatCount(entries)} />
      <Figure name="of messages" value={formatBytes(bytes)} />
      <Figure name="entries a minute" value={formatCount(Math.round(entries_per_minute))} />
      <Figure name="gaps" value={formatCount(gaps)} />
      {oldest_row_age_seconds !== null && (
        <Figure name="oldest" value={formatDuration(Math.round(oldest_row_age_seconds))} />
      )}
      {database_bytes !== null && <Figure name="on disk" value={formatBytes(database_bytes)} />}
      {queue && (
        <Figure
          name="batches waiting"
          value={formatCount(queue.waiting + queue.active)}
          title={
            queue.oldest_seconds === null ? 'none' : `the oldest for ${formatDuration(queue.oldest_seconds)}`
          }
        />
      )}
    </dl>
  )
}

function Figure({ name, value, title }: { name: string; value: string; title?: string }) {
  return (
    <div title={title}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}
