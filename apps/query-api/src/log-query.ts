import { fieldPrefixes, normaliseLevel, severityOf } from '@logboom/contracts'
import type { Level } from '@logboom/contracts'
import { z } from 'zod'
import { parseTextMatch, patternCharsMax } from './match-text.ts'
import { parseQuery, parameterProblem, textOf } from './parse-query.ts'
import type { RawQuery } from './parse-query.ts'
import { parseTime } from './parse-time.ts'

export const offsetMax = 100_000
const fieldFiltersMax = 16

const Text = z.string().min(1, 'must not be empty').max(1_000)

/** Any UUID, in lower case as PostgreSQL writes it. */
export const Id = z.guid('must be a UUID').transform((id) => id.toLowerCase())

export const Time = z
  .string()
  .transform((text, context) => {
    const time = parseTime(text)
    if (time) return time
    context.addIssue(
      'must be ISO 8601, seconds, ms, µs or ns since 1970, a time ago such as 15m or 1h30m, or now',
    )
    return z.NEVER
  })
  .describe('ISO 8601, seconds, ms, µs or ns since 1970, a time ago such as `15m` or `1h30m`, or `now`')

const KnownLevel = z
  .string()
  .transform((text, context): Level => {
    const level = normaliseLevel(text)
    if (level) return level
    context.addIssue('must be TRACE, DEBUG, INFO, WARN, ERROR or FATAL')
    return z.NEVER
  })
  .describe('TRACE, DEBUG, INFO, WARN, ERROR or FATAL, in any spelling')

const TextSearch = z
  .string()
  .min(1, 'must not be empty')
  .max(patternCharsMax)
  .transform((q, context) => {
    try {
      return parseTextMatch(q)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      context.addIssue(error.message)
      return z.NEVER
    }
  })

export const Limit = z.coerce.number().int().min(1).max(1_000).default(100).describe('Items on a page')
export const Cursor = z.string().min(1, 'must not be empty').describe('`next_cursor` of the page before')

/** What entries are asked for: of every route that answers them or counts them. */
export const filterParameters = {
  namespace: Text.optional(),
  pod_name: Text.optional().describe('Beginning of the name; a trailing `*` is accepted'),
  pod_name_exact: Text.optional(),
  container_name: Text.optional(),
  agent_id: Id.optional(),
  deployment_object_id: Id.optional(),
  work_order_id: Id.optional(),
  level: z
    .array(KnownLevel)
    .optional()
    .meta({ repeatable: true })
    .describe('Any of these levels; may be given often'),
  min_level: KnownLevel.optional().describe('This level or a higher one'),
  since: Time.optional(),
  until: Time.optional().describe('Not including it; otherwise as `since`'),
  q: TextSearch.optional().describe(
    'In the message: a substring in any case, or `/re/`, an expression of RE2',
  ),
}

const LogFilters = z.object(filterParameters)

/** The query parameters of every route that answers log entries. */
export const LogQuery = z.object({
  ...filterParameters,
  order: z.enum(['desc', 'asc']).default('desc').describe('By time: newest or oldest first'),
  limit: Limit,
  offset: z.coerce
    .number()
    .int()
    .min(0)
    .max(offsetMax)
    .default(0)
    .describe('Entries to pass over; prefer `cursor`'),
  cursor: Cursor.optional(),
  total: z
    .enum(['capped', 'exact', 'none'])
    .default('capped')
    .describe(
      'How far to count: to 10 000 (or on, where that costs nothing), to the end, or not at all; `total_is_exact` says what became of it',
    ),
})

export const HistogramQuery = z.object({
  ...filterParameters,
  since: Time.optional().describe(
    'Default: `oldest_available` of `retention`. ISO 8601, seconds, ms, µs or ns since 1970, a time ago such as `15m`, or `now`',
  ),
  until: Time.optional().describe('Not including it. Default: `now`; otherwise as `since`'),
  buckets: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000)
    .default(60)
    .describe(
      'At most so many, and one more where the window cuts the first and the last; the interval is the shortest round one that will do',
    ),
})

export const FieldsQuery = z.object(filterParameters)

export const FieldValuesQuery = z.object({
  ...filterParameters,
  prefix: Text.optional().describe('Beginning of the values, in any case'),
  limit: z.coerce.number().int().min(1).max(100).default(20).describe('Values'),
})

type Fields = [key: string, value: string][]

export interface FieldFilters {
  attributes: Fields
  labels: Fields
}

export type LogFilters = z.output<typeof LogFilters> & FieldFilters
export type LogQuery = z.output<typeof LogQuery> & FieldFilters
export type HistogramQuery = z.output<typeof HistogramQuery> & FieldFilters
export type FieldValuesQuery = z.output<typeof FieldValuesQuery> & FieldFilters

/** @throws {Problem} 400 that names the parameter at fault */
export function parseLogQuery(raw: RawQuery): LogQuery {
  const query = parseFiltered(raw, LogQuery)
  if (query.cursor !== undefined && query.offset > 0) {
    throw parameterProblem('invalid_parameter', 'offset', 'cannot go with cursor')
  }
  return query
}

/** @throws {Problem} 400 that names the parameter at fault */
export function parseHistogramQuery(raw: RawQuery): HistogramQuery {
  return parseFiltered(raw, HistogramQuery)
}

/** @throws {Problem} 400 that names the parameter at fault */
export function parseFieldsQuery(raw: RawQuery): LogFilters {
  return parseFiltered(raw, FieldsQuery)
}

/** @throws {Problem} 400 that names the parameter at fault */
export function parseFieldValuesQuery(raw: RawQuery): FieldValuesQuery {
  return parseFiltered(raw, FieldValuesQuery)
}

/** @throws {Problem} 400 that names the parameter at fault */
export function parseFiltered<S extends z.ZodObject>(raw: RawQuery, schema: S): z.output<S> & FieldFilters {
  const isField = (name: string) => fieldPrefixes.some((prefix) => name.startsWith(prefix))
  const entries = Object.entries(raw)
  const query = parseQuery(Object.fromEntries(entries.filter(([name]) => !isField(name))), schema)
  const [attributes, labels] = fieldPrefixes.map((prefix) => fieldsOf(entries, prefix))
  return { ...query, attributes: attributes ?? [], labels: labels ?? [] }
}

/** What decides which entries there are and in which order: what a cursor of it belongs to. */
export function filtersOf(raw: RawQuery): unknown {
  const page = new Set(['limit', 'offset', 'cursor', 'total'])
  return Object.entries(raw)
    .filter(([name]) => !page.has(name))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
}

/** Inclusive ranges of the stored severities. */
export function severityRangesOf({
  level = [],
  min_level,
}: Pick<LogFilters, 'level' | 'min_level'>): [from: number, to: number][] {
  const least = min_level ? severityOf[min_level] : 0
  if (level.length === 0) return least > 0 ? [[least, 32_767]] : []
  // Each level takes four numbers. What is asked for twice over must hold twice: an empty range matches nothing.
  return level.map((name) => [
    Math.max(severityOf[name], least),
    severityOf[name] === severityOf.FATAL ? 32_767 : severityOf[name] + 3,
  ])
}

function fieldsOf(entries: [string, unknown][], prefix: string): Fields {
  const fields = entries.filter(([name]) => name.startsWith(prefix))
  if (fields.length > fieldFiltersMax) {
    throw parameterProblem(
      'invalid_parameter',
      `${prefix}*`,
      `there may be ${fieldFiltersMax} of these at most`,
    )
  }
  return fields.map(([name, value]) => {
    const key = name.slice(prefix.length)
    if (key === '' || key.includes('\0')) throw parameterProblem('invalid_parameter', name, 'names no field')
    return [key, textOf(name, value)]
  })
}
