import { attributesMax, byteLength } from '@logboom/contracts'

export type Attribute = string | number | boolean
export type Attributes = Record<string, Attribute>

/** The pipeline may add one of its own. */
const keysMax = attributesMax.keys - 1
const bytesMax = attributesMax.bytes - 64
/** JSON writes a character in six bytes at most, and a number in 24. */
const bytesPerCharMax = 6
const bytesBetween = 8

/** As many of the pairs as the wire takes, in their order: 64 keys, 16 KiB of JSON. Null when there are none. */
export function boundAttributes(pairs: readonly [string, Attribute][]): Attributes | null {
  if (pairs.length === 0) return null
  const attributes: Attributes = {}
  let keys = 0
  let bytes = 2
  for (const [name, value] of pairs) {
    if (keys === keysMax) break
    const chars = name.length + (typeof value === 'string' ? value.length : 4)
    const roughly = chars * bytesPerCharMax + bytesBetween
    // Weighed only when it may matter.
    const size = bytes + roughly <= bytesMax / 2 ? roughly : byteLength(JSON.stringify({ [name]: value }))
    if (bytes + size > bytesMax) continue
    if (!Object.hasOwn(attributes, name)) keys += 1
    attributes[name] = value
    bytes += size
  }
  return attributes
}
