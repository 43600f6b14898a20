import { countRows, isStatementTimeout } from '@logboom/db'
import type { Database } from '@logboom/db'
import type { Page } from './find-page.ts'
import type { QueryDeps } from './query-deps.ts'
import { walkRows } from './walk-rows.ts'
import type { Walk } from './walk-rows.ts'

export const cappedTotal = 10_000

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
  const query = { ...walk, window: walk.range, after: null }
  if (mode === 'exact') {
    const total = await countRows(db, query, { rowsMax: null, timeoutMs: config.STATEMENT_TIMEOUT_MS })
    return { total, total_is_exact: true }
  }
  try {
    const total = await countRows(db, query, { rowsMax: cappedTotal + 1, timeoutMs: config.COUNT_TIMEOUT_MS })
    return { total: Math.min(total, cappedTotal), total_is_exact: total <= cappedTotal }
  } catch (error) {
    if (isStatementTimeout(error)) return known
    throw error
  }
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
