import { countRows, isStatementTimeout } from '@logboom/db'
import type { Database } from '@logboom/db'
import { countFromCounts, isCountable } from './count-from-counts.ts'
import type { Page } from './find-page.ts'
import { isEverything, widthOfRows } from './guess-windows.ts'
import type { QueryDeps } from './query-deps.ts'
import { createTimeWindows } from './time-windows.ts'
import type { TimeWindow } from './time-windows.ts'
import { walkRows } from './walk-rows.ts'
import type { Walk } from './walk-rows.ts'

export const cappedTotal = 10_000

/** Up to so many streams × minutes, the counts tell the whole total in a millisecond or two. */
const cheapMinutesMax = 500
/** Beyond it, they are read from the newest on, so far that there should be this many times 10 000. */
const slack = 1.5
/** As many times further where levels are asked for: only their counts are read, of which there are fewer. */
const levelSlack = 6
/** Of streams with more, a page is hardly ever all. */
const manyRows = 5_000
/** Of all times. */
const oneInterval = 1e11
const minuteUs = 60e6

export interface TotalRequest {
  mode: 'capped' | 'exact' | 'none'
  /** Rows of the pages before. */
  seenBefore: number
  /** The search from its beginning. */
  walk: Walk
  config: Pick<QueryDeps['config'], 'COUNT_TIMEOUT_MS' | 'STATEMENT_TIMEOUT_MS'>
}

export interface Total {
  total: number
  total_is_exact: boolean
}

/**
 * How many entries a search has, as far as it was asked to count. A number that is not exact is a lower bound. Counts
 * while the page is being found, where it will hardly be all there is.
 */
export async function countTotal(
  db: Database,
  pending: Promise<Page>,
  request: TotalRequest,
): Promise<Total> {
  const { mode, walk, seenBefore } = request
  const needless = new AbortController()
  const signal = AbortSignal.any([walk.signal, needless.signal])
  const counting =
    mode === 'capped' && walk.lines.rows > manyRows && isCountable(walk)
      ? countCapped(db, { ...request, walk: { ...walk, signal } })
      : null
  counting?.catch(() => undefined) // heard of below, unless the page tells the total
  const page = await pending
  const seen = seenBefore + page.skipped + page.rows.length
  const known: Total = { total: seen + (page.hasMore && !page.cutShort ? 1 : 0), total_is_exact: false }
  if (!page.hasMore && (seenBefore === 0 || mode === 'none')) {
    needless.abort()
    return { total: seen, total_is_exact: true }
  }
  if (mode === 'none') return { total: seen, total_is_exact: false }
  if (mode === 'exact') return countExactly(db, request)
  try {
    return (await (counting ?? countCapped(db, request))) ?? known
  } catch (error) {
    if (isStatementTimeout(error)) return known
    throw error
  }
}

async function countExactly(db: Database, request: TotalRequest): Promise<Total> {
  const { walk, config } = request
  if (walk.matches) return countMatches(db, request)
  const timeoutMs = config.STATEMENT_TIMEOUT_MS
  return (await sumAll(db, request, timeoutMs)) ?? (await countAll(db, request, timeoutMs))
}

/** Null where more than the page tells would take longer than the page. */
async function countCapped(db: Database, request: TotalRequest): Promise<Total | null> {
  const { walk, config } = request
  if (walk.matches) return null
  const timeoutMs = config.COUNT_TIMEOUT_MS
  if (!isCountable(walk)) return countUpTo(db, request, timeoutMs)
  if (isCheap(walk))
    return (await sumAll(db, request, timeoutMs)) ?? (await countUpTo(db, request, timeoutMs))
  // Of many streams among others, neither rows nor counts are found without those of the others.
  if ('filter' in walk.streams && !isEverything(walk)) return null
  return sumUpTo(db, request, timeoutMs)
}

/** Null where the counts cannot tell it. */
async function sumAll(db: Database, { walk }: TotalRequest, timeoutMs: number): Promise<Total | null> {
  if (!isCountable(walk)) return null
  const total = await sum(db, walk, timeoutMs)
  return total === null ? null : { total, total_is_exact: true }
}

/**
 * By the counts of wider and wider windows, until they make more than 10 000: of an agent with 100 000 lines in 12 hours
 * 1 ms, where all its counts take 9. There are never more counts than rows, so this reads no more of them than that.
 */
async function sumUpTo(db: Database, { walk }: TotalRequest, timeoutMs: number): Promise<Total> {
  const { order, range, lines } = walk
  const isAll = isEverything(walk)
  const nowUs = isAll ? walk.nowUs : Math.min(walk.nowUs, lines.toUs)
  const rarer = walk.filter.severities.length > 0 ? levelSlack : 1
  const firstUs = isAll ? minuteUs * rarer : widthOfRows(walk, nowUs, cappedTotal * slack * rarer)
  const windows = createTimeWindows(range, { order, nowUs, firstUs, growth: 8 * rarer, unitUs: minuteUs })
  let total = 0
  let boundMs: number | undefined // the first window is small, and a bound of its own costs three round trips
  for (let window = windows.next(0); window; window = windows.next(0)) {
    const counted = await sum(db, partOf(walk, window), boundMs)
    const rows =
      counted ?? (await countRows(db, { ...walk, window, after: null }, { rowsMax: null, timeoutMs }))
    boundMs = timeoutMs
    total += rows
    if (total > cappedTotal) return { total: cappedTotal, total_is_exact: false }
  }
  return { total, total_is_exact: true }
}

/** Windows are cut at whole minutes: only at the ends of all does it matter what was asked for. */
function partOf(walk: Walk, window: TimeWindow): Walk {
  const { range, filter } = walk
  const since = window.fromUs === range.fromUs ? filter.since : null
  const until = window.toUs === range.toUs ? filter.until : null
  return { ...walk, range: window, filter: { ...filter, since, until } }
}

async function sum(db: Database, walk: Walk, timeoutMs?: number): Promise<number | null> {
  const counts = await countFromCounts(db, walk, {
    intervalSeconds: oneInterval,
    ...(timeoutMs !== undefined && { timeoutMs }),
  })
  return counts && counts.reduce((rows, count) => rows + count.rows, 0)
}

function isCheap(walk: Walk): boolean {
  const { streams, range } = walk
  const minutes = (range.toUs - range.fromUs) / minuteUs
  return isCountable(walk) && 'ids' in streams && streams.ids.length * minutes <= cheapMinutesMax
}

async function countAll(db: Database, { walk }: TotalRequest, timeoutMs: number): Promise<Total> {
  const total = await countRows(
    db,
    { ...walk, window: walk.range, after: null },
    { rowsMax: null, timeoutMs },
  )
  return { total, total_is_exact: true }
}

async function countUpTo(db: Database, { walk }: TotalRequest, timeoutMs: number): Promise<Total> {
  const query = { ...walk, window: walk.range, after: null }
  const total = await countRows(db, query, { rowsMax: cappedTotal + 1, timeoutMs })
  return { total: Math.min(total, cappedTotal), total_is_exact: total <= cappedTotal }
}

/** What this process judges can only be counted by looking at all of it. */
async function countMatches(db: Database, { walk }: TotalRequest): Promise<Total> {
  let total = 0
  for await (const step of walkRows(db, { ...walk, after: null }, () => 0)) {
    total += step.rows.length
    if (performance.now() > walk.deadlineMs) return { total, total_is_exact: false }
  }
  return { total, total_is_exact: true }
}
