import { setImmediate as letOthersRun } from 'node:timers/promises'
import { findRowAt, searchRows } from '@logboom/db'
import type { Database, FoundRow, RowPosition, RowQuery } from '@logboom/db'
import { queryTimeout } from './database-problems.ts'
import { createTimeWindows, oneWindow } from './time-windows.ts'
import type { TimeWindow, TimeWindows } from './time-windows.ts'

export interface Walk extends Omit<RowQuery, 'window'> {
  range: TimeWindow
  nowUs: number
  /** Null: all that PostgreSQL finds. */
  matches: ((message: string) => boolean) | null
  /** By `performance.now()`: whoever walks should stop at the first step after it. */
  deadlineMs: number
  signal: AbortSignal
}

/** Rows that match, and where the walk stands: the search may go on from there in another request. */
export interface WalkStep {
  rows: FoundRow[]
  position: RowPosition
}

/** 500 messages of 64 KiB are 32 MiB, the most that a walk holds beside its page. */
const candidatesMax = 500

/**
 * Walks through a search in order, window by window; ends when the range is covered. `wanted` says how many
 * rows are still of use.
 */
export async function* walkRows(db: Database, walk: Walk, wanted: () => number): AsyncGenerator<WalkStep> {
  const windows = windowsOf(walk)
  let { after } = walk
  let tookMs = 0
  for (let window = windows.next(0); window; window = windows.next(tookMs)) {
    const startedMs = performance.now()
    for (;;) {
      walk.signal.throwIfAborted()
      const limit = walk.matches ? candidatesMax : wanted()
      const found = await searchRows(db, { ...walk, window, after, limit })
      const { rows, judged } = await judge(found, walk)
      const last = found[judged - 1]
      const covered = judged === found.length && found.length < limit
      after =
        covered || !last ? edgeOf(window, walk.order) : { us: last.us, suborder: last.suborder, id: last.id }
      yield { rows, position: after }
      if (covered) break
    }
    tookMs = performance.now() - startedMs
  }
}

/** Passes over `count` rows, fewer when there are no more. @throws {Problem} 503 at the deadline */
export async function skipRows(
  db: Database,
  walk: Walk,
  count: number,
): Promise<{ skipped: number; after: RowPosition | null }> {
  const windows = windowsOf(walk)
  let skipped = 0
  let after = walk.after
  for (let window = windows.next(0); window && skipped < count; window = windows.next(0)) {
    walk.signal.throwIfAborted()
    if (performance.now() > walk.deadlineMs) throw queryTimeout()
    const passed = await findRowAt(db, { ...walk, window, count: count - skipped })
    skipped += passed.skipped
    after = passed.last ?? after
  }
  return { skipped, after }
}

/** What is known to lie in a few places is looked for in all of them at once. */
function windowsOf(walk: Walk): TimeWindows {
  const range = rangeAfter(walk)
  return walk.spans ? oneWindow(range) : createTimeWindows(range, walk)
}

/** Where a walk stands that has seen all of a window: beyond each row in it, before each row after it. */
function edgeOf(window: TimeWindow, order: 'desc' | 'asc'): RowPosition {
  const id = '00000000-0000-0000-0000-000000000000'
  return order === 'desc' ? { us: window.fromUs, suborder: 0, id } : { us: window.toUs, suborder: -1, id }
}

function rangeAfter({ range, after, order }: Walk): TimeWindow {
  if (!after) return range
  if (order === 'desc') return { fromUs: range.fromUs, toUs: Math.min(range.toUs, after.us + 1) }
  return { fromUs: Math.max(range.fromUs, after.us), toUs: range.toUs }
}

/** The rows that match, of the first `judged`: fewer than there are when time runs out. */
async function judge(rows: FoundRow[], walk: Walk): Promise<{ rows: FoundRow[]; judged: number }> {
  const { matches, signal, deadlineMs } = walk
  if (!matches) return { rows, judged: rows.length }
  const found: FoundRow[] = []
  let judged = 0
  let pausedMs = performance.now()
  for (const row of rows) {
    if (matches(row.message)) found.push(row)
    judged += 1
    const nowMs = performance.now()
    if (nowMs > deadlineMs) break
    // A long line can take a millisecond and more: others get their turn every 20.
    if (nowMs - pausedMs < 20) continue
    await letOthersRun()
    signal.throwIfAborted()
    pausedMs = performance.now()
  }
  return { rows: found, judged }
}
