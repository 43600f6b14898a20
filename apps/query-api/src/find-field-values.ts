import { levelOfSeverity } from '@logboom/contracts'
import type { FieldValue, FieldValues } from '@logboom/contracts'
import { sumByValue } from '@logboom/db'
import type { Database, StreamField } from '@logboom/db'
import { beginSearch } from './begin-search.ts'
import { countFromCounts, isCountable, sumTruly } from './count-from-counts.ts'
import type { EntryField } from './field-names.ts'
import type { FieldValuesQuery } from './log-query.ts'
import type { LogSearch } from './log-search.ts'
import { allCounted, lookAtNewest } from './look-at-newest.ts'
import type { Counted } from './look-at-newest.ts'
import { planWalk, timesOf } from './plan-walk.ts'
import type { QueryDeps } from './query-deps.ts'
import { readField } from './read-field.ts'
import { createValueTally } from './value-tally.ts'
import type { Walk } from './walk-rows.ts'

const rowsMax = 5_000
/** Longer values are nothing to choose from, and 5 000 of them would be 80 MB. */
const valueCharsMax = 1_000
/** Of all times. */
const oneInterval = 1e11

export type ValuesQuery = FieldValuesQuery & { name: string; field: EntryField }

interface FoundValues {
  values: FieldValue[]
  counted: Counted
}

/** The values of a field in what a search finds, and how many entries have each. */
export async function findFieldValues(deps: QueryDeps, search: LogSearch<ValuesQuery>): Promise<FieldValues> {
  const { db, config } = deps
  const deadlineMs = performance.now() + config.SEARCH_TIME_MS
  const { horizon, times, places, progress } = await beginSearch(deps, search, (found) =>
    timesOf(search.query, found),
  )
  const walk = planWalk(search, { horizon, places, times, order: 'desc', after: null, deadlineMs })
  const { values, counted } =
    (await sumValues(db, walk, search.query)) ?? (await tallyNewest(db, walk, search.query))
  return { name: search.query.name, values, ...counted, ...progress }
}

/** By the counts; null where they cannot tell. */
async function sumValues(db: Database, walk: Walk, query: ValuesQuery): Promise<FoundValues | null> {
  const { field, prefix = null, limit } = query
  if (!isCountable(walk)) return null
  if ('column' in field && field.column === 'level') return sumLevels(db, walk, query)
  const ofStream = streamFieldOf(field)
  if (!ofStream) return null
  const sum = await sumTruly(walk, (counts) => sumByValue(db, counts, { field: ofStream, prefix, limit }))
  return sum && { values: sum.values, counted: allCounted }
}

async function sumLevels(
  db: Database,
  walk: Walk,
  { prefix, limit }: ValuesQuery,
): Promise<FoundValues | null> {
  const counts = await countFromCounts(db, walk, { intervalSeconds: oneInterval })
  if (!counts) return null
  const tally = createValueTally()
  for (const { severity, rows } of counts) {
    const level = severity === null ? null : levelOfSeverity(severity)
    if (level !== null && begins(level, prefix)) tally.add(level, rows)
  }
  return { values: tally.top(limit), counted: allCounted }
}

function streamFieldOf(field: EntryField): StreamField | null {
  if ('label' in field) return field
  if ('attribute' in field || field.column === 'level' || field.column === 'output') return null
  return { column: field.column }
}

async function tallyNewest(
  db: Database,
  walk: Walk,
  { field, prefix, limit }: ValuesQuery,
): Promise<FoundValues> {
  const tally = createValueTally()
  const counted = await lookAtNewest(db, walk, rowsMax, (entry) => {
    const value = readField(entry, field)
    if (value !== null && value.length <= valueCharsMax && begins(value, prefix)) tally.add(value)
  })
  return { values: tally.top(limit), counted }
}

function begins(value: string, prefix: string | undefined): boolean {
  return prefix === undefined || value.toLowerCase().startsWith(prefix.toLowerCase())
}
