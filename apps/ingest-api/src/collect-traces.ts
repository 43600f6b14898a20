import { buildTraceFilter, traceHash, tracedKeys } from '@logboom/contracts'
import type { TracedValue } from '@logboom/contracts'

/** What of an entry is looked at. */
export interface TraceableEntry {
  time: { us: number }
  /** JSON text as it is stored. */
  attributes: string | null
}

/**
 * The filter of a job's traced values as its header has it: base64, empty when there are none. The entries are in order
 * of time. 0.06 µs of CPU an entry where every fourth is traced, 0.01 where none is, 0.17 where all are.
 */
export function traceFilterOf(entries: readonly TraceableEntry[]): string {
  const span = { minUs: entries[0]?.time.us ?? 0, maxUs: entries.at(-1)?.time.us ?? 0 }
  return buildTraceFilter(collectTraces(entries), span).toString('base64')
}

const keys = tracedKeys.map((key) => ({ key, quoted: `"${key}"` }))
/** How all of them end: looked for once, and by its first character, of which JSON has few. */
const ending = '_id"'

/**
 * The traced values of entries, found in their JSON without parsing it, which would cost ten times as much. A key that
 * is not at the top is taken for one that is: a value too many only makes a search look once in vain.
 */
function collectTraces(entries: readonly TraceableEntry[]): TracedValue[] {
  const values: TracedValue[] = []
  for (const { time, attributes } of entries) {
    if (attributes === null) continue
    for (let at = attributes.indexOf(ending); at >= 0; at = attributes.indexOf(ending, at + 1)) {
      const keyEnd = at + ending.length
      const found = keys.find(({ quoted }) => attributes.startsWith(quoted, keyEnd - quoted.length))
      const value = found ? scalarAfter(attributes, keyEnd) : null
      if (found && value !== null) values.push({ us: time.us, hash: traceHash(found.key, value) })
    }
  }
  return values
}

/** What PostgreSQL's `->>` gives for the value of a key that ends here; null when it is no text, number or boolean. */
export function scalarAfter(json: string, keyEnd: number): string | null {
  const colon = skipSpace(json, keyEnd)
  if (json[colon] !== ':') return null
  const start = skipSpace(json, colon + 1)
  if (json[start] === '"') return textAt(json, start)
  const literal = /^[-+.\w]+/.exec(json.slice(start, start + numberCharsMax))?.[0]
  if (literal === undefined || literal === 'null') return null
  return /^-?\d/.test(literal) ? plainNumber(literal) : literal
}

/** Longer than any number that JSON.stringify writes. */
const numberCharsMax = 64

function skipSpace(json: string, from: number): number {
  let at = from
  while (json.charCodeAt(at) <= 0x20) at += 1
  return at
}

function textAt(json: string, start: number): string | null {
  let end = json.indexOf('"', start + 1)
  const text = json.slice(start + 1, end)
  if (end > 0 && !text.includes('\\')) return text
  while (end > 0 && isEscaped(json, end)) end = json.indexOf('"', end + 1)
  // what a dead letter holds may be damaged, and PostgreSQL will not take it
  if (end < 0) return null
  try {
    return String(JSON.parse(json.slice(start, end + 1)))
  } catch {
    return null
  }
}

function isEscaped(json: string, quote: number): boolean {
  let backslashes = 0
  while (json[quote - 1 - backslashes] === '\\') backslashes += 1
  return backslashes % 2 === 1
}

/** jsonb keeps a number as digits: 1.5e+21 comes back as 1500000000000000000000. */
function plainNumber(literal: string): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?[eE]([-+]?\d+)$/.exec(literal)
  if (!match) return literal
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match
  const point = whole.length + Number(exponent)
  const digits = `${whole}${fraction}`
  if (point >= digits.length) return `${sign}${digits.padEnd(point, '0')}`
  if (point > 0) return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`
  return `${sign}0.${digits.padStart(digits.length - point, '0')}`
}
