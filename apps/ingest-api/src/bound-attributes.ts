import { attributesMax, byteLength, cleanText } from '@logboom/contracts'

export interface BoundAttributes {
  /** JSON text that PostgreSQL's jsonb takes; null when nothing is there. */
  json: string | null
  /** Something was left out to stay within the bounds. */
  cut: boolean
}

/** PostgreSQL and JSON.stringify both recurse; nobody reads deeper than this. */
const depthMax = 32
/** jsonb takes neither NUL nor half a surrogate pair, in whatever depth they hide. */
const refusedByJsonb = /\\u(0000|d[89a-f][0-9a-f]{2})/i
/** JSON text of so many characters is within the bound, whatever they are. */
const surelySmall = attributesMax.bytes / 3 - 2 * attributesMax.keys

/** Attributes within 64 keys, 16 KiB and 32 levels: what goes beyond is cut, so that the line itself is kept. */
export function boundAttributes(attributes: Record<string, unknown>): BoundAttributes {
  const json = isFlat(attributes) ? JSON.stringify(attributes) : ''
  if (json === '{}') return { json: null, cut: false }
  if (json !== '' && json.length <= surelySmall) return { json: cleanJson(json), cut: false }
  return cutAttributes(attributes)
}

/** Few keys and nothing nested, as nearly all are: these need not be weighed key by key. */
function isFlat(attributes: Record<string, unknown>): boolean {
  let keys = 0
  for (const key in attributes) {
    const value = attributes[key]
    if (typeof value === 'object' && value !== null) return false
    keys += 1
  }
  return keys <= attributesMax.keys
}

function cutAttributes(attributes: Record<string, unknown>): BoundAttributes {
  const entries = Object.entries(attributes)
  const kept: [string, unknown][] = []
  let cut = entries.length > attributesMax.keys
  let bytes = 2
  for (const [key, value] of entries.slice(0, attributesMax.keys)) {
    const bounded = depthOf(value) > depthMax ? '[cut: nested too deeply]' : value
    const size = byteLength(JSON.stringify({ [key]: bounded }))
    cut ||= bounded !== value
    if (bytes + size > attributesMax.bytes) {
      cut = true
      continue
    }
    bytes += size
    kept.push([key, bounded])
  }
  if (kept.length === 0) return { json: null, cut }
  // fromEntries, as an assignment to `__proto__` would lose it
  return { json: cleanJson(JSON.stringify(Object.fromEntries(kept))), cut }
}

function cleanJson(json: string): string {
  return refusedByJsonb.test(json) ? JSON.stringify(cleanDeep(JSON.parse(json))) : json
}

function depthOf(value: unknown, depth = 0): number {
  if (depth > depthMax || typeof value !== 'object' || value === null) return depth
  let deepest = depth
  for (const child of Object.values(value)) deepest = Math.max(deepest, depthOf(child, depth + 1))
  return deepest
}

function cleanDeep(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value)
  if (Array.isArray(value)) return value.map(cleanDeep)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [cleanText(key), cleanDeep(child)]))
}
