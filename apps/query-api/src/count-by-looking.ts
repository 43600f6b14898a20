import { countByTime } from '@logboom/db'
import type { Database, TimeCount } from '@logboom/db'
import { createTimeWindows } from './time-windows.ts'
import { walkRows } from './walk-rows.ts'
import type { Walk } from './walk-rows.ts'

export interface LookedCounts {
  /** May name an interval and severity more than once. */
  counts: TimeCount[]
  /** Every row from here on is counted; null = all of them are. */
  countedFromUs: number | null
}

/** The rows of a search by interval and severity, the newest first, by looking at each of them until time is up. */
export function countByLooking(
  db: Database,
  walk: Walk,
  { intervalSeconds }: { intervalSeconds: number },
): Promise<LookedCounts> {
  return walk.matches ? countMatches(db, walk, intervalSeconds) : countInWindows(db, walk, intervalSeconds)
}

/** PostgreSQL judges and groups them. */
async function countInWindows(db: Database, walk: Walk, intervalSeconds: number): Promise<LookedCounts> {
  const windows = createTimeWindows(walk.range, walk)
  const counts: TimeCount[] = []
  let tookMs = 0
  for (let window = windows.next(0); window; window = windows.next(tookMs)) {
    walk.signal.throwIfAborted()
    const startedMs = performance.now()
    counts.push(...(await countByTime(db, { ...walk, window }, { intervalSeconds })))
    const endedMs = performance.now()
    tookMs = endedMs - startedMs
    if (endedMs > walk.deadlineMs && window.fromUs > walk.range.fromUs)
      return { counts, countedFromUs: window.fromUs }
  }
  return { counts, countedFromUs: null }
}

/** This process judges them. */
async function countMatches(db: Database, walk: Walk, intervalSeconds: number): Promise<LookedCounts> {
  const intervalUs = intervalSeconds * 1e6
  const counts: TimeCount[] = []
  for await (const { rows, position } of walkRows(db, walk, () => 0)) {
    for (const { us, severity } of rows) {
      const atUs = Math.floor(us / intervalUs) * intervalUs
      const last = counts.at(-1)
      if (last?.atUs === atUs && last.severity === severity) last.rows += 1
      else counts.push({ atUs, severity, rows: 1 })
    }
    // Of the rows of this very microsecond, some may not have been looked at.
    if (performance.now() > walk.deadlineMs && position.us > walk.range.fromUs)
      return { counts, countedFromUs: position.us + 1 }
  }
  return { counts, countedFromUs: null }
}
