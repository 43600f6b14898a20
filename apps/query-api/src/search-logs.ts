import type { LogPage } from '@logboom/contracts'
import { listGaps } from '@logboom/db'
import type { ListPage } from '@logboom/db'
import type { z } from 'zod'
import { beginSearch } from './begin-search.ts'
import { countTotal } from './count-total.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import { findPage } from './find-page.ts'
import type { LogQuery } from './log-query.ts'
import { longestRetention, retentionOf } from './longest-retention.ts'
import { LogPosition } from './log-position.ts'
import type { LogSearch } from './log-search.ts'
import { planWalk, timesOf } from './plan-walk.ts'
import type { QueryDeps } from './query-deps.ts'
import { toStoredEntry } from './to-stored-entry.ts'

const gapsMax = 100
/** One more than is shown, which tells whether that is all. */
const newestGaps: ListPage = { limit: gapsMax + 1, after: null }

/** One page of entries, in the words of the API. */
export async function searchLogs(deps: QueryDeps, search: LogSearch<LogQuery>): Promise<LogPage> {
  const { db, config } = deps
  const { scope, query, filters } = search
  const startedMs = performance.now()
  const cursor = query.cursor === undefined ? null : decodeCursor(query.cursor, filters, LogPosition)
  const { horizon, times, places, progress } = await beginSearch(
    deps,
    search,
    (found) => cursor ?? timesOf(query, found),
  )
  const { classes } = horizon
  const deadlineMs = startedMs + config.SEARCH_TIME_MS
  const { order } = query
  const walk = planWalk(search, { horizon, places, times, order, after: cursor?.after ?? null, deadlineMs })
  const seenBefore = cursor?.seen ?? 0
  const pending = findPage(db, walk, query)
  const [page, total, gaps] = await Promise.all([
    pending,
    countTotal(db, pending, { mode: query.total, seenBefore, walk, config }),
    listGaps(db, { scope, classes }, { streams: search.streams, reason: null, ...times }, newestGaps),
  ])
  deps.metrics.countPage(page.cutShort ? 'cut_short' : 'full')
  const seen = seenBefore + page.skipped + page.rows.length
  const { since, until } = times
  const next: z.input<typeof LogPosition> | null = page.next && { after: page.next, since, until, seen }
  return {
    logs: page.rows.map(toStoredEntry),
    ...total,
    has_more: page.hasMore,
    next_cursor: next && encodeCursor(filters, next),
    gaps: gaps.slice(0, gapsMax),
    ...(gaps.length > gapsMax && { gaps_truncated: true as const }),
    retention: retentionOf(longestRetention(horizon.policy, search), horizon),
    ...progress,
  }
}
