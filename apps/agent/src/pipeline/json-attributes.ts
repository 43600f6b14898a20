import { cleanText } from '@logboom/contracts'
import { idNameOf } from './attribute-names.ts'
import type { IdName } from './attribute-names.ts'
import { boundAttributes } from './bound-attributes.ts'
import type { Attribute, Attributes } from './bound-attributes.ts'

/** Texts that are longer are in the line, but nobody filters by them. */
const valueCharsMax = 1_024
const nameCharsMax = 128
/** What an entry has anyway: its message is the line, its level was read, its time is that of the source. */
const repeated = new Set(
  'msg message @m @mt log text body level severity lvl log.level loglevel log_level levelname level_name @l @level time ts timestamp @timestamp @t datetime asctime __proto__'.split(
    ' ',
  ),
)

/**
 * The members of a line that is a JSON object: its scalars, and those of objects within it as `outer.inner`. What is
 * nested deeper, lists, and long texts are in the line only. Ids come first and under one name, `trace_id` however it
 * was written. Null for a line that is no such object, or has nothing to tell.
 */
export function jsonAttributes(text: string, idsOnly: boolean): Attributes | null {
  const object = parseObject(text)
  if (!object) return null
  const found: Found = { own: new Map(), inner: new Map(), others: [], idsOnly, text }
  for (const name in object) {
    const value = object[name]
    if (!isObject(value)) take(found, null, name, value)
    else for (const inner in value) take(found, name, inner, value[inner])
  }
  return boundAttributes([...new Map([...found.inner, ...found.own]), ...found.others])
}

interface Found {
  /** Ids among the members of the object itself. */
  own: Map<IdName, string>
  /** Ids within other objects, which may be about something else: they only fill a blank. */
  inner: Map<IdName, string>
  others: [string, Attribute][]
  idsOnly: boolean
  text: string
}

function parseObject(text: string): Record<string, unknown> | null {
  if (!text.startsWith('{') || !text.endsWith('}')) return null
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : null
  } catch {
    return null
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function take(found: Found, outer: string | null, name: string, value: unknown): void {
  const scalar = scalarOf(found.text, name, value)
  if (scalar === null) return
  const full = outer === null ? name : `${outer}.${name}`
  const fullId = idNameOf(full)
  const id = fullId ?? (outer === null ? null : idNameOf(name))
  if (id !== null) takeId(fullId === null ? found.inner : found.own, id, String(scalar))
  else if (full === 'traceparent') takeParent(found.own, String(scalar))
  else if (!found.idsOnly && !repeated.has(full) && full.length <= nameCharsMax)
    found.others.push([cleanText(full), scalar])
}

/** The first spelling stands. Google writes `projects/…/traces/<id>`. */
function takeId(ids: Map<IdName, string>, name: IdName, value: string): void {
  if (value !== '' && !ids.has(name)) ids.set(name, value.replace(/^projects\/[^/]{1,100}\/traces\//, ''))
}

/** W3C: `00-<trace>-<span>-01`. */
function takeParent(ids: Map<IdName, string>, value: string): void {
  const [, trace, span] = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-/.exec(value) ?? []
  if (trace !== undefined) takeId(ids, 'trace_id', trace)
  if (span !== undefined) takeId(ids, 'span_id', span)
}

function scalarOf(text: string, name: string, value: unknown): Attribute | null {
  if (typeof value === 'boolean') return value
  if (typeof value === 'string') return value.length <= valueCharsMax ? cleanText(value) : null
  if (typeof value !== 'number' || !Number.isFinite(value)) return null
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? digitsOf(text, name, value) : value
}

/** Datadog's ids have 64 bits, more than a number here can hold: as text, from the line itself. */
function digitsOf(text: string, name: string, value: number): string | null {
  const at = text.indexOf(`"${name}"`)
  const [, digits] = /^\s*:\s*(-?\d{16,64})\s*[,}]/.exec(text.slice(at + name.length + 2)) ?? []
  return at >= 0 && digits !== undefined && Number(digits) === value ? digits : null
}
