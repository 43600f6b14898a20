import { countRows, isStatementTimeout } from '@logboom/db'
import type { Database } from '@logboom/db'
import { countFromCounts, isCountable } from './count-from-counts.ts'
import type { Page } from './find-page.ts'
import type { QueryDeps } from './query-deps.ts'
import { walkRows } from './walk-rows.ts'
import type { Walk } from './walk-rows.ts'

export const cappedTotal = 10_000

/**
 * Up to so many streams × minutes, the counts tell the whole total as fast as 10 000 rows are counted: of 4 streams over
 * 12 hours in 9 ms, where 10 000 of their rows take 10 to 20 ms and all 200 000 of them 300.
 */
const cheapMinutesMax = 4_000
/** Of all times. */
const oneInterval = 1e11

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
 * How many entries a search has, as far as it was asked to count. A number that is not exact is a lower
 * bound.
 */
export async function countTotal(db: Database, page: Page, request: TotalRequest): Promise<Total> {
  const { mode, walk, seenBefore, config } = request
  const seen = seenBefore + page.skipped + page.rows.length
  const known: Total = { total: seen + (page.hasMore && !page.cutShort ? 1 : 0), total_is_exact: false }
  if (!page.hasMore && (seenBefore === 0 || mode === 'none')) return { total: seen, total_is_exact: true }
  if (mode === 'none') return { total: seen, total_is_exact: false }
  if (walk.matches) return mode === 'exact' ? countMatches(db, request) : known
  const timeoutMs = mode === 'exact' ? config.STATEMENT_TIMEOUT_MS : config.COUNT_TIMEOUT_MS
  try {
    return (await sumTotal(db, request, timeoutMs)) ?? (await countUpTo(db, request, timeoutMs))
  } catch (error) {
    if (mode === 'capped' && isStatementTimeout(error)) return known
    throw error
  }
}

/** Null where the counts cannot tell it, or not cheaply enough for who would be content with less. */
async function sumTotal(
  db: Database,
  { mode, walk }: TotalRequest,
  timeoutMs: number,
): Promise<Total | null> {
  if (!isCountable(walk) || (mode === 'capped' && !isCheap(walk))) return null
  const counts = await countFromCounts(db, walk, { intervalSeconds: oneInterval, timeoutMs })
  return counts && { total: counts.reduce((sum, { rows }) => sum + rows, 0), total_is_exact: true }
}

function isCheap({ streams, range }: Walk): boolean {
  return 'ids' in streams && (streams.ids.length * (range.toUs - range.fromUs)) / 60e6 <= cheapMinutesMax
}

async function countUpTo(db: Database, { mode, walk }: TotalRequest, timeoutMs: number): Promise<Total> {
  const query = { ...walk, window: walk.range, after: null }
  const rowsMax = mode === 'exact' ? null : cappedTotal + 1
  const total = await countRows(db, query, { rowsMax, timeoutMs })
  if (mode === 'exact') return { total, total_is_exact: true }
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
