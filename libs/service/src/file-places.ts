import { isTable, parseConfigText } from './parse-config-text.ts'
import type { FileFormat, FileTable, FileValue } from './parse-config-text.ts'

/** Each table has one owner, who refuses the keys that it does not know; the other apps pass over it. */
const tableOwners = new Map([
  ['agent', 'agent'],
  ['standalone', 'standalone'],
  ['broker.ingest_api', 'ingest-api'],
  ['broker.writer_worker', 'writer-worker'],
  ['broker.query_api', 'query-api'],
  ['broker.retention_worker', 'retention-worker'],
  ['broker.log_retention', 'retention-worker'],
])

/** Keys of `[broker]` itself, which several apps read and which therefore no app may refuse. */
const sharedPlaces = new Set([
  'broker.database_url',
  'broker.read_database_url',
  'broker.redis_url',
  'broker.queue_shards',
  'broker.max_instances',
  'broker.signing_key_secret',
])

/** Where a variable stands when its field does not say: in the app's own table, in lower case. */
export function placeOf(app: string, name: string): string {
  const table = app === 'agent' || app === 'standalone' ? app : `broker.${app.replaceAll('-', '_')}`
  return `${table}.${name.toLowerCase()}`
}

export interface FileValues {
  /** Text by place: what the environment variable would have held. */
  values: Map<string, string>
  faults: string[]
  /** False when its syntax is at fault: then nobody knows what it would have said. */
  isParsed: boolean
}

/** Reads the values of `places` from a configuration file, and tells every key that is neither among them nor another app's. */
export function readPlaces(
  app: string,
  places: ReadonlySet<string>,
  text: string,
  format: FileFormat,
): FileValues {
  const parsed = parseConfigText(text, format)
  if ('faults' in parsed) return { values: new Map(), faults: parsed.faults, isParsed: false }
  const found: FileValues = { values: new Map(), faults: [], isParsed: true }
  const unknown = (place: string) => `${place}: unknown key in the ${format.toUpperCase()} file`
  collect(parsed.table, '', { app, places, unknown }, found)
  return found
}

interface Known {
  app: string
  places: ReadonlySet<string>
  unknown: (place: string) => string
}

function collect(table: FileTable, path: string, known: Known, found: FileValues): void {
  for (const [key, value] of Object.entries(table)) {
    const place = path === '' ? key : `${path}.${key}`
    if (known.places.has(place)) {
      found.values.set(place, asText(value))
      if (isSplitByComma(value)) found.faults.push(`${place}: an element of the list contains a comma`)
    } else if (isTable(value)) {
      collect(value, place, known, found)
    } else if (!isOthers(place, known.app)) {
      found.faults.push(known.unknown(place))
    }
  }
}

function isOthers(place: string, app: string): boolean {
  if (sharedPlaces.has(place)) return true
  for (let table = place; table.includes('.');) {
    table = table.slice(0, table.lastIndexOf('.'))
    const owner = tableOwners.get(table)
    if (owner !== undefined) return owner !== app
  }
  return false
}

/** Scalars as they are written, lists of scalars joined by commas, everything else as JSON. */
function asText(value: FileValue): string {
  if (typeof value === 'string') return value
  if (value instanceof Date) return value.toISOString()
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object')) return value.join(',')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function isSplitByComma(value: FileValue): boolean {
  return Array.isArray(value) && value.some((item) => typeof item === 'string' && item.includes(','))
}
