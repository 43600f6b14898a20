import { memo } from 'react'
import { formatClock } from '../format/format-time.ts'
import type { TimeZone } from '../format/format-time.ts'
import { formatDuration } from '../format/format-duration.ts'
import { cutMessage, markMessage } from './cut-message.ts'
import type { FindMatches } from './find-matches.ts'
import type { EntryRow } from './list-row.ts'
import { MessageText } from './message-text.tsx'

interface LogRowProps {
  row: EntryRow
  zone: TimeZone
  findMatches: FindMatches
  isWrapped: boolean
  onOpen: (key: string) => void
  onUnfold: (key: string) => void
}

/** Arriving so much after it was written is worth a word, since it was not there when somebody looked before. */
const lateSeconds = 90

/** The one line of a line: when, how bad, from where, what. */
export const LogRow = memo(function LogRow({
  row,
  zone,
  findMatches,
  isWrapped,
  onOpen,
  onUnfold,
}: LogRowProps) {
  const { entry, key, folded } = row
  const cut = isWrapped
    ? markMessage(entry.message.slice(0, 4000), findMatches)
    : cutMessage(entry.message, findMatches)
  const late = (Date.parse(entry.created_at) - Date.parse(entry.timestamp)) / 1000
  return (
    <div className={`line ${row.isMember ? 'member' : ''}`} onClick={() => hasSelection() || onOpen(key)}>
      <span role="gridcell" className="line-time">
        <time dateTime={entry.timestamp}>
          {formatClock(entry.timestamp, zone).slice(0, 8)}
          <span className="line-millis">{formatClock(entry.timestamp, zone).slice(8)}</span>
        </time>
      </span>
      <span role="gridcell" className={`line-level level-${entry.level ?? 'none'}`}>
        {entry.level ?? <span aria-label="no level">–</span>}
      </span>
      <span role="gridcell" className="line-source" title={sourceOf(row)}>
        <bdi>{middleCut(entry.pod_name)}</bdi> <bdi className="line-container">{entry.container_name}</bdi>
      </span>
      <span role="gridcell" className="line-message">
        {late > lateSeconds && <span className="badge warning late">{formatDuration(late)} late</span>}
        {folded.length > 0 && (
          <button
            className="fold"
            type="button"
            tabIndex={-1}
            aria-expanded={row.isUnfolded}
            onClick={(event) => {
              event.stopPropagation()
              onUnfold(key)
            }}
          >
            {row.isUnfolded ? '−' : '+'} {folded.length} {folded.length === 1 ? 'line' : 'lines'}
          </button>
        )}
        <span className="line-text">
          <MessageText pieces={cut} />
        </span>
      </span>
    </div>
  )
})

function sourceOf({ entry }: EntryRow): string {
  return [entry.namespace, entry.pod_name, entry.container_name].filter(Boolean).join(' / ')
}

/** What tells pods apart stands at the end of their names. */
function middleCut(name: string): string {
  return name.length <= 26 ? name : `${name.slice(0, 13)}…${name.slice(-12)}`
}

/** Whoever marks text to copy it does not want the line to open. */
function hasSelection(): boolean {
  return (document.getSelection()?.toString() ?? '') !== ''
}
