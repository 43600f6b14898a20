import { parse, TomlDate, TomlError } from 'smol-toml'
import type { TomlTable, TomlValue } from 'smol-toml'

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
export function tomlPlace(app: string, name: string): string {
  const table = app === 'agent' || app === 'standalone' ? app : `broker.${app.replaceAll('-', '_')}`
  return `${table}.${name.toLowerCase()}`
}

export interface TomlValues {
  /** Text by place: what the environment variable would have held. */
  values: Map<string, string>
  faults: string[]
}

/** Reads the values of `places` from a TOML text, and tells every key that is neither among them nor another app's. */
export function readToml(app: string, places: ReadonlySet<string>, toml: string): TomlValues {
  const found: TomlValues = { values: new Map(), faults: [] }
  try {
    collect(parse(toml), '', app, places, found)
  } catch (err) {
    if (!(err instanceof TomlError)) throw err
    // Its message quotes the line, which may hold a password.
    found.faults.push(`TOML file: syntax error in line ${err.line}, column ${err.column}`)
  }
  return found
}

function collect(
  table: TomlTable,
  path: string,
  app: string,
  places: ReadonlySet<string>,
  found: TomlValues,
): void {
  for (const [key, value] of Object.entries(table)) {
    const place = path === '' ? key : `${path}.${key}`
    if (places.has(place)) {
      found.values.set(place, asText(value))
      if (isSplitByComma(value)) found.faults.push(`${place}: an element of the list contains a comma`)
    } else if (isTable(value)) {
      collect(value, place, app, places, found)
    } else if (!isOthers(place, app)) {
      found.faults.push(`${place}: unknown key in the TOML file`)
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
function asText(value: TomlValue): string {
  if (typeof value === 'string') return value
  if (value instanceof TomlDate) return value.toISOString()
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object')) return value.join(',')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function isSplitByComma(value: TomlValue): boolean {
  return Array.isArray(value) && value.some((item) => typeof item === 'string' && item.includes(','))
}

function isTable(value: TomlValue): value is TomlTable {
  return typeof value === 'object' && !Array.isArray(value) && !(value instanceof TomlDate)
}
