import { compareTimes, formatMicros, formatTimestamp } from '@logboom/contracts'
import type { LogHistogram, LogTime } from '@logboom/contracts'
import type { Horizon } from '@logboom/db'
import { beginSearch } from './begin-search.ts'
import { buildBuckets, lengthUsOf } from './build-buckets.ts'
import { chooseInterval } from './choose-interval.ts'
import { countByLooking } from './count-by-looking.ts'
import type { LookedCounts } from './count-by-looking.ts'
import { countFromCounts, isCountable } from './count-from-counts.ts'
import type { HistogramQuery } from './log-query.ts'
import type { LogSearch } from './log-search.ts'
import { longestRetention, retentionOf } from './longest-retention.ts'
import { planWalk, timesOf } from './plan-walk.ts'
import type { QueryDeps } from './query-deps.ts'
import type { Walk } from './walk-rows.ts'

interface Window {
  since: LogTime
  until: LogTime
}

/** How many entries a search has, by time and level: equal to what a search with the same filters finds. */
export async function countLogs(deps: QueryDeps, search: LogSearch<HistogramQuery>): Promise<LogHistogram> {
  const { config } = deps
  const { query } = search
  const startedMs = performance.now()
  const { horizon, times, places, progress } = await beginSearch(deps, search, (found) =>
    timesWithin(query, found, longestRetention(found.policy, search)),
  )
  const retention = retentionOf(longestRetention(horizon.policy, search), horizon)
  const intervalSeconds = chooseInterval(lengthUsOf(times), query.buckets)
  const deadlineMs = startedMs + config.SEARCH_TIME_MS
  const walk = planWalk(search, { horizon, places, times, order: 'desc', after: null, deadlineMs })
  const { counts, countedFromUs } = await count(deps, walk, intervalSeconds)
  const buckets = buildBuckets(counts, { ...times, intervalSeconds })
  return {
    interval_seconds: intervalSeconds,
    since: formatTimestamp(times.since),
    until: formatTimestamp(times.until),
    buckets,
    total: buckets.reduce((sum, { total }) => sum + total, 0),
    total_is_exact: countedFromUs === null,
    ...(countedFromUs !== null && { counted_from: formatMicros(countedFromUs) }),
    retention,
    ...progress,
  }
}

/** @throws {Problem} 400 when the window that was asked for ends before it begins */
function timesWithin(query: HistogramQuery, horizon: Horizon, retentionSeconds: number): Window {
  const { since, until } = timesOf(query, horizon)
  const now = { us: horizon.nowUs, ns: 0 }
  const oldest = { us: horizon.nowUs - retentionSeconds * 1e6, ns: 0 }
  if (since) return { since, until: until ?? latest(since, now) }
  return { since: until && compareTimes(until, oldest) < 0 ? until : oldest, until: until ?? now }
}

function latest(a: LogTime, b: LogTime): LogTime {
  return compareTimes(a, b) > 0 ? a : b
}

async function count({ db }: QueryDeps, walk: Walk, intervalSeconds: number): Promise<LookedCounts> {
  if (walk.range.fromUs >= walk.range.toUs) return { counts: [], countedFromUs: null }
  if (intervalSeconds % 60 === 0 && isCountable(walk)) {
    const counts = await countFromCounts(db, walk, { intervalSeconds })
    if (counts) return { counts, countedFromUs: null }
  }
  return countByLooking(db, walk, { intervalSeconds })
}
