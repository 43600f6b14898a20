import { z } from 'zod'
import { filterParameters, parseFiltered } from '../log-query.ts'
import type { FieldFilters } from '../log-query.ts'
import type { RawQuery } from '../parse-query.ts'

const { until: _until, ...followed } = filterParameters

/** The query parameters of every route that follows log entries. */
export const FollowQuery = z.object({
  ...followed,
  since: followed.since.describe(
    'Replays what is stored from then on, in the order of commit, and then follows. ISO 8601, seconds, ms, µs or ns since 1970, a time ago such as `15m`, or `now`',
  ),
  tail: z.coerce
    .number()
    .int()
    .min(0)
    .max(1_000)
    .optional()
    .describe('Begins with so many of the newest entries (of those since `since`), then follows'),
  last_event_id: z
    .string()
    .min(1, 'must not be empty')
    .optional()
    .describe('The id of the last event that was seen: goes on after it. As the header `Last-Event-ID`'),
  ticket: z
    .string()
    .optional()
    .describe('Of `POST /api/v1/auth/ticket`, for those who can send no headers; good for one use'),
})
export type FollowQuery = z.output<typeof FollowQuery> & FieldFilters

/** @throws {Problem} 400 that names the parameter at fault */
export function parseFollowQuery(raw: RawQuery): FollowQuery {
  return parseFiltered(raw, FollowQuery)
}
