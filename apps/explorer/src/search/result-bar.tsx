import type { LogPage } from '@logboom/contracts'
import { useAgentNames } from '../agents/use-agent-names.ts'
import { formatCount } from '../format/format-count.ts'
import { formatClock } from '../format/format-time.ts'
import { useTimeZone } from '../layout/use-time-zone.ts'
import { describeProgress } from './describe-progress.ts'

interface ResultBarProps {
  page: LogPage | undefined
  /** By the counts, where all were counted. */
  counted: number | undefined
  loaded: number
  isBusy: boolean
  order: 'desc' | 'asc'
  turn: () => void
}

/** What the search has found, and how far that can be believed. */
export function ResultBar({ page, counted, loaded, isBusy, order, turn }: ResultBarProps) {
  const [zone] = useTimeZone()
  const agentName = useAgentNames()
  const reach = page && describeProgress(page, agentName, (time) => formatClock(time, zone).slice(0, 8))
  return (
    <div className="result-bar">
      <span role="status" className="found">
        {page ? <strong>{totalOf(page, counted)}</strong> : 'Searching …'}
        {page && (!page.total_is_exact || loaded < page.total) && (
          <span className="dim"> · {formatCount(loaded)} loaded</span>
        )}
        {page && isBusy && <span className="dim"> · loading …</span>}
      </span>
      {reach && (
        <span className={`reach ${reach.tone}`} title={reach.detail}>
          {reach.words}
        </span>
      )}
      {page && page.gaps.length > 0 && (
        <span
          className="reach warning"
          title="Lines that could not be read; each stands in the list where it belongs"
        >
          {page.gaps_truncated ? `${page.gaps.length}+` : page.gaps.length}{' '}
          {page.gaps.length === 1 ? 'gap' : 'gaps'}
        </span>
      )}
      <span className="spacer" />
      <button className="button small plain" type="button" onClick={turn} title="Turn the order">
        {order === 'desc' ? 'Newest first ↓' : 'Oldest first ↓'}
      </button>
    </div>
  )
}

function totalOf({ total, total_is_exact }: LogPage, counted: number | undefined): string {
  const known = total_is_exact ? total : counted
  if (known === undefined) return `more than ${formatCount(total - 1)} lines`
  return known === 1 ? '1 line' : `${formatCount(known)} lines`
}
