import type { StoredEntry } from '@logboom/contracts'
import type { Filter } from '../search/search-state.ts'

/** Attributes that name what a line belongs to across containers, the widest first. */
const keys = [
  'trace_id',
  'traceId',
  'traceID',
  'trace.id',
  'correlation_id',
  'correlationId',
  'request_id',
  'requestId',
]

/** The filter that finds all lines of the same trace. */
export function traceFilterOf({ attributes = {} }: StoredEntry): Filter | undefined {
  for (const key of keys) {
    const value = attributes[key]
    if (typeof value === 'string' && value !== '') return { name: `attributes.${key}`, value }
  }
  return undefined
}
