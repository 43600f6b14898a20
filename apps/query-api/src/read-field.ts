import type { StoredEntry } from '@logboom/contracts'
import type { EntryField } from './field-names.ts'

/** What an entry has there, as text that a search for it would be given; null: nothing that can be searched for. */
export function readField(entry: StoredEntry, field: EntryField): string | null {
  if ('column' in field) return entry[field.column] ?? null
  if ('label' in field) return ownValue(entry.labels, field.label)
  const { attributes } = entry
  // as a search looks it up: a key may itself hold dots
  return textOf(ownValue(attributes, field.attribute)) ?? textOf(valueAt(attributes, field.attribute))
}

/** Keys of all single values, `http.method` for one within an object. */
export function keysOf(attributes: object, depth = depthMax): string[] {
  return Object.entries(attributes).flatMap(([key, value]) => {
    if (textOf(value) !== null) return [key]
    if (depth <= 1 || typeof value !== 'object' || value === null || Array.isArray(value)) return []
    return keysOf(value, depth - 1).map((inner) => `${key}.${inner}`)
  })
}

const depthMax = 3

function valueAt(attributes: unknown, path: string): unknown {
  return path.split('.').reduce((value, key) => ownValue(value, key), attributes)
}

function ownValue<T>(from: Record<string, T> | undefined, key: string): T | null
function ownValue(from: unknown, key: string): unknown
function ownValue(from: unknown, key: string): unknown {
  if (typeof from !== 'object' || from === null || Array.isArray(from)) return null
  return Object.hasOwn(from, key) ? Reflect.get(from, key) : null
}

/** As PostgreSQL writes it, which has no exponents; objects and lists are no values to choose from. */
function textOf(value: unknown): string | null {
  if (typeof value === 'string' || typeof value === 'boolean') return String(value)
  if (typeof value !== 'number') return null
  const text = String(value)
  return text.includes('e') ? null : text
}
