import { formatCount } from '../format/format-count.ts'
import { formatDuration } from '../format/format-duration.ts'
import { formatClock, formatMoment } from '../format/format-time.ts'
import type { TimeZone } from '../format/format-time.ts'
import { describeGap } from './gap-words.ts'
import type { ListRow } from './list-row.ts'

export type MarkRowData = Exclude<ListRow, { kind: 'entry' }>

/** What is said between lines. */
export function MarkRow({ row, zone }: { row: MarkRowData; zone: TimeZone }) {
  return (
    <div className={`mark-row ${row.kind}`}>
      <span role="gridcell" className="mark-text">
        <MarkText row={row} zone={zone} />
      </span>
    </div>
  )
}

function MarkText({ row, zone }: { row: MarkRowData; zone: TimeZone }) {
  switch (row.kind) {
    case 'gap': {
      const { gap } = row
      const source = [gap.namespace, gap.pod_name, gap.container_name].filter(Boolean).join(' / ')
      return (
        <>
          <strong>
            Gap {formatClock(gap.from, zone).slice(0, 8)} – {formatClock(gap.to, zone).slice(0, 8)}
          </strong>{' '}
          <bdi>{source}</bdi>. {describeGap(gap)}.
        </>
      )
    }
    case 'day':
      return row.day
    case 'complete':
      return row.order === 'desc'
        ? `Complete below: every line written before ${formatClock(row.until, zone).slice(0, 8)} is here. Above, lines may still arrive.`
        : `Complete above: every line written before ${formatClock(row.until, zone).slice(0, 8)} is here. Below, lines may still arrive.`
    case 'retention':
      return `Older lines are gone for good: they are kept for ${formatDuration(row.seconds)}, nothing received before ${formatMoment(row.oldestAvailable, zone)} can be found.`
    case 'begin':
      return `The time that was searched begins at ${formatMoment(row.since, zone)}. There may be older lines.`
    case 'lost':
      return row.why === 'dropped'
        ? `${formatCount(row.count)} lines came faster than this page could take them. Pause and search to see them.`
        : `${formatCount(row.count)} older lines were let go, to spare this browser's memory. Search to see them.`
  }
}
