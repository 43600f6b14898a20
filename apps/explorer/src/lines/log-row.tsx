import { memo } from 'react'
import { formatClock } from '../format/format-time.ts'
import { formatDuration } from '../format/format-duration.ts'
import { cutMessage, markMessage } from './cut-message.ts'
import type { LineView } from './line-view.ts'
import type { EntryRow } from './list-row.ts'
import { MessageText } from './message-text.tsx'

interface LogRowProps {
  row: EntryRow
  view: LineView
  onOpen: (key: string) => void
  onUnfold: (key: string) => void
}

/** Arriving so much after it was written is worth a word where lines are followed: whoever looked at that time has not seen it. */
const lateSeconds = 90
/** Of a wrapped line, before it is opened. */
const wrappedCharsMax = 4_000

/** The one line of a line: when, how bad, from where, what. */
export const LogRow = memo(function LogRow({ row, view, onOpen, onUnfold }: LogRowProps) {
  const { entry, key } = row
  const { findMatches, isWrapped } = view
  const clock = formatClock(entry.timestamp, view.zone)
  const pieces = isWrapped
    ? markMessage(entry.message.slice(0, wrappedCharsMax), findMatches)
    : cutMessage(entry.message, findMatches)
  return (
    <div className={`line ${row.isMember ? 'member' : ''}`} onClick={() => hasSelection() || onOpen(key)}>
      <span role="gridcell" className="line-time">
        <time dateTime={entry.timestamp}>
          {clock.slice(0, 8)}
          <span className="line-millis">{clock.slice(8)}</span>
        </time>
      </span>
      <span role="gridcell" className={`line-level level-${entry.level ?? 'none'}`}>
        {entry.level ?? <span aria-label="no level">–</span>}
      </span>
      <span role="gridcell" className="line-source" title={sourceOf(row)}>
        <bdi>{middleCut(entry.pod_name)}</bdi> <bdi className="line-container">{entry.container_name}</bdi>
      </span>
      <span role="gridcell" className="line-message">
        {view.tellsLate && <LateBadge row={row} />}
        {row.folded.length > 0 && <FoldButton row={row} onUnfold={onUnfold} />}
        <span className="line-text">
          <MessageText pieces={pieces} />
        </span>
      </span>
    </div>
  )
})

function LateBadge({ row: { entry } }: { row: EntryRow }) {
  const late = (Date.parse(entry.created_at) - Date.parse(entry.timestamp)) / 1000
  return late > lateSeconds && <span className="badge warning late">{formatDuration(late)} late</span>
}

function FoldButton({ row, onUnfold }: Pick<LogRowProps, 'row' | 'onUnfold'>) {
  const { key, folded, isUnfolded } = row
  return (
    <button
      className="fold"
      type="button"
      tabIndex={-1}
      aria-expanded={isUnfolded}
      onClick={(event) => {
        event.stopPropagation()
        onUnfold(key)
      }}
    >
      {isUnfolded ? '−' : '+'} {folded.length} {folded.length === 1 ? 'line' : 'lines'}
    </button>
  )
}

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
