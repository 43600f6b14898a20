import { compareTimes } from '@logboom/contracts'
import type { LogTime } from '@logboom/contracts'
import type { Horizon, RowOrder, RowPosition } from '@logboom/db'
import { severityRangesOf } from './log-query.ts'
import type { LogFilters } from './log-query.ts'
import { parameterProblem } from './parse-query.ts'
import { timeAt } from './parse-time.ts'
import type { LogSearch } from './log-search.ts'
import type { SearchPlaces } from './begin-search.ts'
import type { TimeWindow } from './time-windows.ts'
import type { Walk } from './walk-rows.ts'

/** `[since, until)`; null = open. */
export interface Times {
  since: LogTime | null
  until: LogTime | null
}

/** @throws {Problem} 400 when the window ends before it begins */
export function timesOf({ since, until }: Pick<LogFilters, 'since' | 'until'>, { nowUs }: Horizon): Times {
  const times = { since: since ? timeAt(since, nowUs) : null, until: until ? timeAt(until, nowUs) : null }
  if (times.since && times.until && compareTimes(times.since, times.until) > 0) {
    throw parameterProblem('invalid_parameter', 'since', 'is after until')
  }
  return times
}

export interface WalkPlan {
  horizon: Horizon
  places: SearchPlaces
  times: Times
  order: RowOrder
  after: RowPosition | null
  deadlineMs: number
}

/** What was asked for, cut to what there is. */
export function planWalk({ query, scope, signal }: LogSearch<LogFilters>, plan: WalkPlan): Walk {
  const { horizon, places, times, order, after, deadlineMs } = plan
  const { q } = query
  return {
    sight: { scope, classes: horizon.classes },
    ...places,
    lines: places.streams.lines,
    filter: {
      ...times,
      severities: severityRangesOf(query),
      text: q && 'text' in q ? q.text : null,
      attributes: query.attributes,
    },
    matches: q && 'matches' in q ? q.matches : null,
    order,
    range: narrowed(windowOf(horizon, times), places),
    nowUs: horizon.nowUs,
    after,
    deadlineMs,
    signal,
  }
}

/** Whole microseconds: the filter sees to what lies within one. */
export function windowOf({ span }: Horizon, { since, until }: Times): TimeWindow {
  if (!span) return nowhere
  return {
    fromUs: Math.max(span.fromUs, since?.us ?? 0),
    toUs: Math.min(span.toUs, until ? until.us + (until.ns > 0 ? 1 : 0) : Infinity),
  }
}

const nowhere: TimeWindow = { fromUs: 0, toUs: 0 }

/** Where the spans are, so that PostgreSQL plans the leaves of these times alone. */
function narrowed({ fromUs, toUs }: TimeWindow, { streams, spans }: SearchPlaces): TimeWindow {
  if ('ids' in streams && streams.ids.length === 0) return nowhere
  if (!spans) return { fromUs, toUs }
  return {
    fromUs: spans.reduce((least, { minUs }) => Math.min(least, Math.max(minUs, fromUs)), toUs),
    toUs: spans.reduce((most, { maxUs }) => Math.max(most, Math.min(maxUs + 1, toUs)), fromUs),
  }
}
