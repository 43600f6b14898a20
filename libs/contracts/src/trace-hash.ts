/** Attributes whose values tell what belongs together across agents: searches by these are served by the ledger. */
export const tracedKeys = ['trace_id', 'correlation_id'] as const

export type TracedKey = (typeof tracedKeys)[number]

/** Where something is in a filter: `count` bits from `start` on, `step` apart, modulo the bits of the filter. */
export interface TraceProbes {
  start: number
  /** Odd, so that the bits differ, whatever power of two their number is. */
  step: number
  count: number
}

const seeds = Object.fromEntries(tracedKeys.map((key) => [key, mixText(key, 0x41c6ce57)]))

/**
 * A signed 32-bit hash of a traced value, two characters at a time (32 characters: 40 ns). Stored filters are made of
 * it: changing it makes every filter there is unreadable. Not for secrets: whoever makes two values collide makes a
 * search read a few rows more.
 */
export function traceHash(key: TracedKey, value: string): number {
  return mixText(value, seeds[key] ?? 0)
}

function mixText(text: string, seed: number): number {
  let hash = seed ^ text.length
  const even = text.length & ~1
  for (let index = 0; index < even; index += 2) {
    hash = Math.imul(hash ^ (text.charCodeAt(index) | (text.charCodeAt(index + 1) << 16)), 0x9e3779b1)
    hash ^= hash >>> 15
  }
  if (even < text.length) hash = Math.imul(hash ^ text.charCodeAt(even), 0x9e3779b1)
  return scramble(hash)
}

/** Every bit of the result hangs on every bit of the number, and no two numbers have the same. */
function scramble(number: number): number {
  let mixed = Math.imul(number ^ (number >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}

/** Where a value is in a filter. */
export function probesOf(hash: number): TraceProbes {
  return { start: hash, step: scramble(hash ^ 0x27d4eb2f) | 1, count: 6 }
}

/** Where a value is in a filter together with the part of the batch that it occurs in. */
export function probesInSlice(hash: number, slice: number): TraceProbes {
  const start = scramble(hash + slice + 1)
  return { start, step: scramble(start) | 1, count: 4 }
}
