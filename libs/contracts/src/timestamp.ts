/**
 * The time of a log line, to the nanosecond. Microseconds since 1970 stay exact in a double until the year 2255,
 * so that no line costs a bigint; JavaScript's Date would lose six digits.
 */
export interface LogTime {
  /** Whole microseconds since 1970-01-01T00:00:00Z. */
  us: number
  /** Nanoseconds beyond `us`, 0 to 999. */
  ns: number
}

const rfc3339 = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:)(\d{2})(?:[.,](\d+))?([Zz]|[+-]\d{2}:?\d{2})$/

/** Reads RFC 3339 with any number of fraction digits (beyond nine are cut); null for anything else. A leap second counts as the last second before it. */
export function parseTimestamp(text: string): LogTime | null {
  return parseWithinMinute(text) ?? parseAny(text)
}

/** The minute that was read last: log lines come many to the minute. */
const lastMinute = { text: '\0', us: 0 }
const minuteChars = '2026-01-02T03:04:'.length
const [zero, nine, dot, capitalZ] = [0x30, 0x39, 0x2e, 0x5a]

/** A UTC time of the last minute with at most nine digits, as most are: 0.06 µs, where a regular expression takes 0.6. */
function parseWithinMinute(text: string): LogTime | null {
  const end = text.length - 1
  if (end < minuteChars + 2 || end > minuteChars + 12) return null
  if (text.charCodeAt(end) !== capitalZ || !text.startsWith(lastMinute.text)) return null
  const seconds = readDigits(text, minuteChars, minuteChars + 2)
  if (!(seconds < 60)) return null
  const us = lastMinute.us + seconds * 1e6
  if (end === minuteChars + 2) return { us, ns: 0 }
  const from = minuteChars + 3
  if (text.charCodeAt(from - 1) !== dot || from === end) return null
  const nanoseconds = readDigits(text, from, end) * 10 ** (9 - (end - from))
  if (Number.isNaN(nanoseconds)) return null
  const micros = Math.floor(nanoseconds / 1000)
  return { us: us + micros, ns: nanoseconds - micros * 1000 }
}

/** NaN where there is something else. */
function readDigits(text: string, from: number, to: number): number {
  let value = 0
  for (let at = from; at < to; at += 1) {
    const code = text.charCodeAt(at)
    if (code < zero || code > nine) return Number.NaN
    value = value * 10 + code - zero
  }
  return value
}

function parseAny(text: string): LogTime | null {
  const match = rfc3339.exec(text)
  if (!match) return null
  const [, date = '', hourMinute, second, fraction = '', zone = 'Z'] = match
  const leap = second === '60'
  const offset = zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone.toUpperCase()
  const ms = Date.parse(`${date}T${hourMinute}${leap ? '59' : second}${offset}`)
  if (Number.isNaN(ms) || !isRealDate(date, ms, offset)) return null
  // 24:00:00 is a time, 24:00:01 is none
  if (offset === 'Z' && text[10] === 'T' && hourMinute?.startsWith('24') === false) {
    lastMinute.text = text.slice(0, minuteChars)
    lastMinute.us = Math.floor(ms / 60_000) * 60e6
  }
  const digits = fraction.slice(0, 9).padEnd(9, '0')
  return { us: ms * 1000 + Number(digits.slice(0, 6)), ns: Number(digits.slice(6)) }
}

/** RFC 3339 in UTC with nine digits. */
export function formatTimestamp(time: LogTime): string {
  return `${secondsPart(time.us)}.${String(mod(time.us, 1e6)).padStart(6, '0')}${String(time.ns).padStart(3, '0')}Z`
}

/** RFC 3339 in UTC with six digits: PostgreSQL's own resolution. */
export function formatMicros(us: number): string {
  return `${secondsPart(us)}.${String(mod(us, 1e6)).padStart(6, '0')}Z`
}

/** Negative, zero or positive as `a` is before, at or after `b`. */
export function compareTimes(a: LogTime, b: LogTime): number {
  return a.us - b.us || a.ns - b.ns
}

/** Log lines come many to the second, and a batch goes back and forth between a few of them. */
const secondTexts = Array.from({ length: 64 }, () => ({ second: Number.NaN, text: '' }))

/** Eight times faster than a Date per line. */
function secondsPart(us: number): string {
  const second = Math.floor(us / 1e6)
  const slot = secondTexts[mod(second, secondTexts.length)]
  if (slot?.second === second) return slot.text
  const text = new Date(second * 1000).toISOString().slice(0, 19)
  if (slot) Object.assign(slot, { second, text })
  return text
}

function mod(value: number, by: number): number {
  return ((value % by) + by) % by
}

/** Date.parse rolls 31 February over into March: refuse what does not come back as it went in. */
function isRealDate(date: string, ms: number, offset: string): boolean {
  if (date.slice(8) <= '28') return true
  const offsetMs = offset === 'Z' ? 0 : Date.parse(`1970-01-01T00:00:00${offset}`)
  return new Date(ms - offsetMs).toISOString().startsWith(date)
}
