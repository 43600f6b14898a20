import type { EntryKey } from '@logboom/db'
import { z } from 'zod'
import { decodeCursor, encodeCursor } from './cursor.ts'
import { Id } from './log-query.ts'
import { parameterProblem, parseQuery } from './parse-query.ts'
import type { RawQuery } from './parse-query.ts'
import { parseTime } from './parse-time.ts'

const Lines = z.coerce.number().int().min(0).max(500).default(20)

const EntryTime = z.string().transform((text, context) => {
  const asked = parseTime(text)
  if (asked && 'time' in asked) return asked.time
  context.addIssue("must be the entry's timestamp")
  return z.NEVER
})

/** The query parameters of the lines around one. */
export const ContextQuery = z.object({
  id: Id.optional().describe('The `id` of an entry, with its `timestamp`'),
  timestamp: EntryTime.optional().describe('The `timestamp` of that entry; microseconds will do'),
  cursor: z
    .string()
    .min(1, 'must not be empty')
    .optional()
    .describe(
      '`before_cursor` or `after_cursor` of an answer of this route, in place of `id` and `timestamp`: the line it names is then the `entry`',
    ),
  before: Lines.describe('Lines before the entry at most'),
  after: Lines.describe('Lines after the entry at most'),
})

export interface ContextRequest {
  key: EntryKey
  before: number
  after: number
}

/** What cursors of this route belong to: no filters, and not to the pages of a search. */
const belongsTo = 'entry'
const Key = z.object({ us: z.int().min(0), id: z.guid() })

/** @throws {Problem} 400 that names the parameter at fault */
export function parseContextQuery(raw: RawQuery): ContextRequest {
  const { id, timestamp, cursor, before, after } = parseQuery(raw, ContextQuery)
  if (cursor !== undefined) {
    if (id ?? timestamp)
      throw parameterProblem('invalid_parameter', 'cursor', 'cannot go with id or timestamp')
    return { key: decodeCursor(cursor, belongsTo, Key), before, after }
  }
  if (!id) throw parameterProblem('invalid_parameter', 'id', 'is required, or cursor')
  if (!timestamp) throw parameterProblem('invalid_parameter', 'timestamp', 'is required with id')
  return { key: { us: timestamp.us, id }, before, after }
}

/** Names one line. */
export function entryCursor({ us, id }: EntryKey): string {
  return encodeCursor(belongsTo, { us, id })
}
