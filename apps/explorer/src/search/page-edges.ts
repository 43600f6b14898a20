import type { LogPage } from '@logboom/contracts'
import type { ListRow } from '../lines/list-row.ts'
import { resolveRange } from './time-range.ts'
import type { TimeRange } from './time-range.ts'

type PageEnds = Pick<LogPage, 'retention' | 'complete_until'>

/** What ends the list at its oldest end: the retention, or only the time that was searched. */
export function edgeOf({ retention }: PageEnds, range: TimeRange): ListRow {
  const { retention_seconds: seconds, oldest_available: oldestAvailable } = retention
  const { from } = resolveRange(range, serverNowMs(retention))
  if (from <= Date.parse(oldestAvailable))
    return { kind: 'retention', key: 'retention', oldestAvailable, seconds }
  return { kind: 'begin', key: 'begin', since: new Date(from).toISOString() }
}

/** Until when the list is complete; undefined where that is not known, or is beyond what was searched. */
export function reachOf(
  { complete_until: until, retention }: PageEnds,
  range: TimeRange,
): string | undefined {
  if (until === null) return undefined
  const isBeyond = range.until !== '' && Date.parse(until) >= resolveRange(range, serverNowMs(retention)).to
  return isBeyond ? undefined : until
}

/** When the server answered, by its own clock, which relative times count from. */
export function serverNowMs({ oldest_available, retention_seconds }: LogPage['retention']): number {
  return Date.parse(oldest_available) + retention_seconds * 1000
}
