import { setImmediate as letOthersRun } from 'node:timers/promises'
import { findCountedSpans, findRowAt, searchRows } from '@logboom/db'
import type { Database, FoundRow, RowPosition, RowQuery, StreamLines, StreamSpan } from '@logboom/db'
import { queryTimeout } from './database-problems.ts'
import { guessWindows } from './guess-windows.ts'
import { createTimeWindows } from './time-windows.ts'
import type { TimeWindow } from './time-windows.ts'

export interface Walk extends Omit<RowQuery, 'window'> {
  range: TimeWindow
  /** Of all streams together: by which the first window is chosen. */
  lines: StreamLines
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

/** The windows of a walk, in order. */
export interface WalkWindows {
  /** `last`: what the one before cost and had, null for the first. `isCounted`: the counts are asked where the rows are. */
  next(last: { ms: number; rows: number } | null): { window: TimeWindow; isCounted: boolean } | null
}

/** A part of a window, and where alone in it rows can be; null = anywhere. */
interface Place {
  part: TimeWindow
  spans: readonly StreamSpan[] | null
}

/**
 * Walks through a search in order, window by window; ends when the range is covered. `wanted` says how many
 * rows are still of use.
 */
export async function* walkRows(
  db: Database,
  walk: Walk,
  wanted: () => number,
  windows: WalkWindows = createGuessedWindows(walk, wanted()),
): AsyncGenerator<WalkStep> {
  let { after } = walk
  let last: { ms: number; rows: number } | null = null
  for (let next = windows.next(last); next; next = windows.next(last)) {
    const startedMs = performance.now()
    let rows = 0
    const places = next.isCounted
      ? countedPlaces(db, walk, next.window, wanted)
      : [{ part: next.window, spans: walk.spans }]
    for await (const { part, spans } of places) {
      for await (const step of walkPlace(
        db,
        { ...walk, after, spans, window: hullOf(spans, part) },
        wanted,
      )) {
        after = step.position ?? edgeOf(part, walk.order)
        rows += step.found
        yield { rows: step.rows, position: after }
      }
    }
    last = { ms: performance.now() - startedMs, rows }
  }
}

/** For a page: they widen from where it begins. */
function createGuessedWindows(walk: Walk, rows: number): WalkWindows {
  const guess = guessWindows(walk, rows)
  const windows = createTimeWindows(rangeAfter(walk), guess)
  let index = 0
  return {
    next(last) {
      const window = windows.next(last?.ms ?? 0)
      return window && { window, isCounted: index++ >= guess.countedFrom }
    },
  }
}

/** The rows of one place; without a position once it is covered. */
async function* walkPlace(
  db: Database,
  walk: Walk & RowQuery,
  wanted: () => number,
): AsyncGenerator<{ rows: FoundRow[]; found: number; position: RowPosition | null }> {
  let { after } = walk
  for (;;) {
    walk.signal.throwIfAborted()
    const limit = walk.matches ? candidatesMax : wanted()
    const found = walk.spans?.length === 0 ? [] : await searchRows(db, { ...walk, after, limit })
    const { rows, judged } = await judge(found, walk)
    const last = found[judged - 1]
    const isCovered = judged === found.length && found.length < limit
    after = isCovered || !last ? null : { us: last.us, suborder: last.suborder, id: last.id }
    yield { rows, found: judged, position: after }
    if (!after) return
  }
}

/** Asks the counts, again and again, where the next rows of a window are. */
async function* countedPlaces(
  db: Database,
  walk: Walk,
  window: TimeWindow,
  wanted: () => number,
): AsyncGenerator<Place> {
  let { fromUs, toUs } = window
  while (fromUs < toUs) {
    walk.signal.throwIfAborted()
    const { spans, covered } = await findCountedSpans(db, { ...walk, window: { fromUs, toUs } }, wanted())
    yield { part: covered, spans }
    if (walk.order === 'desc') toUs = covered.fromUs
    else fromUs = covered.toUs
  }
}

/** As narrow as the spans, so that PostgreSQL plans the partitions of their time alone. */
function hullOf(spans: readonly StreamSpan[] | null, part: TimeWindow): TimeWindow {
  if (!spans || spans.length === 0) return part
  return {
    fromUs: spans.reduce((least, { minUs }) => Math.min(least, Math.max(minUs, part.fromUs)), part.toUs),
    toUs: spans.reduce((most, { maxUs }) => Math.max(most, Math.min(maxUs + 1, part.toUs)), part.fromUs),
  }
}

/** Passes over `count` rows, fewer when there are no more. @throws {Problem} 503 at the deadline */
export async function skipRows(
  db: Database,
  walk: Walk,
  count: number,
): Promise<{ skipped: number; after: RowPosition | null }> {
  const windows = createTimeWindows(rangeAfter(walk), guessWindows(walk, count))
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

/** Where a walk stands that has seen all of a window: beyond each row in it, before each row after it. */
function edgeOf(window: TimeWindow, order: 'desc' | 'asc'): RowPosition {
  const id = '00000000-0000-0000-0000-000000000000'
  return order === 'desc' ? { us: window.fromUs, suborder: 0, id } : { us: window.toUs, suborder: -1, id }
}

/** What is left of the range of a walk. */
export function rangeAfter({ range, after, order }: Walk): TimeWindow {
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
