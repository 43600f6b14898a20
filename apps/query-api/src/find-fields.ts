import { cutBytes } from '@logboom/contracts'
import type { Field, FieldList, StoredEntry } from '@logboom/contracts'
import { sumByValue } from '@logboom/db'
import type { Database } from '@logboom/db'
import { beginSearch } from './begin-search.ts'
import { isCountable, sumTruly } from './count-from-counts.ts'
import { attributeName, columnParameters, isColumn, labelName } from './field-names.ts'
import type { LogFilters } from './log-query.ts'
import type { LogSearch } from './log-search.ts'
import { lookAtNewest } from './look-at-newest.ts'
import { planWalk, timesOf } from './plan-walk.ts'
import type { QueryDeps } from './query-deps.ts'
import { keysOf, readField } from './read-field.ts'
import { createValueTally } from './value-tally.ts'
import type { Walk } from './walk-rows.ts'

const rowsMax = 500
/** Labels, and attributes. */
const keysMax = 200
const exampleBytesMax = 200

/** What can be asked of the entries that a search finds. */
export async function findFields(deps: QueryDeps, search: LogSearch<LogFilters>): Promise<FieldList> {
  const { db, config } = deps
  const deadlineMs = performance.now() + config.SEARCH_TIME_MS
  const { horizon, times, places, progress } = await beginSearch(deps, search, (found) =>
    timesOf(search.query, found),
  )
  const walk = planWalk(search, { horizon, places, times, order: 'desc', after: null, deadlineMs })
  const seen = createSeenFields()
  const [labels, counted] = await Promise.all([
    sumLabelKeys(db, walk),
    lookAtNewest(db, walk, rowsMax, seen.look),
  ])
  return { fields: seen.fields(labels ?? seen.labelKeys()), ...counted, ...progress }
}

/** By the counts: a label of a stream that has few lines is found as well. Null where they cannot tell. */
async function sumLabelKeys(db: Database, walk: Walk): Promise<string[] | null> {
  if (!isCountable(walk)) return null
  const query = { field: { labels: true }, prefix: null, limit: keysMax } as const
  const sum = await sumTruly(walk, (counts) => sumByValue(db, counts, query))
  return sum && sum.values.map(({ value }) => value)
}

/** The fields of all entries that it is shown, each with the first value that came. */
function createSeenFields() {
  const [labels, attributes] = [createValueTally(), createValueTally()]
  const examples = new Map<string, string>()

  function note(name: string, value: string | null): void {
    if (value !== null && !examples.has(name)) examples.set(name, cutBytes(value, exampleBytesMax))
  }

  function fieldOf(name: string, kind: Field['kind'], parameter: string | null): Field {
    const example = examples.get(name)
    return {
      name,
      kind,
      filter: parameter !== null,
      ...(parameter !== null && { parameter }),
      ...(example !== undefined && { example }),
    }
  }

  return {
    look(entry: StoredEntry) {
      for (const column of Object.keys(columnParameters).filter(isColumn))
        note(column, readField(entry, { column }))
      for (const [key, value] of Object.entries(entry.labels ?? {})) {
        labels.add(key)
        note(labelName(key), value)
      }
      for (const key of keysOf(entry.attributes ?? {})) {
        attributes.add(key)
        note(attributeName(key), readField(entry, { attribute: key }))
      }
    },
    labelKeys: () => labels.top(keysMax).map(({ value }) => value),
    fields(labelKeys: string[]): Field[] {
      const named = (name: string, kind: Field['kind']) => fieldOf(name, kind, name)
      return [
        ...Object.entries(columnParameters).map(([name, parameter]) => fieldOf(name, 'column', parameter)),
        ...labelKeys.map((key) => named(labelName(key), 'label')),
        ...attributes.top(keysMax).map(({ value: key }) => named(attributeName(key), 'attribute')),
      ]
    },
  }
}
