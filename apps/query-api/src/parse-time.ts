import { parseTimestamp } from '@logboom/contracts'
import type { LogTime } from '@logboom/contracts'

/** A time as it is asked for: fixed, or so many microseconds before whatever the server's clock then says. */
export type AskedTime = { time: LogTime } | { agoUs: number }

const unitUs: Record<string, number> = { s: 1e6, m: 60e6, h: 3_600e6, d: 86_400e6, w: 604_800e6 }

/** The latest time that PostgreSQL and RFC 3339 agree on. */
const secondsMax = 253_402_300_799

/**
 * ISO 8601, a date, `now`, `15m`, `1h30m`, or seconds, milli-, micro- or nanoseconds since 1970; null for
 * anything else.
 */
export function parseTime(text: string): AskedTime | null {
  if (text === 'now') return { agoUs: 0 }
  if (/^(\d{1,9}[smhdw])+$/.test(text)) return { agoUs: durationUs(text) }
  const epoch = /^(\d{1,19})(?:\.(\d{1,9}))?$/.exec(text)
  if (epoch) return parseEpoch(epoch[1] ?? '', epoch[2])
  const iso = parseTimestamp(completed(text))
  return iso && { time: iso }
}

/**
 * The time that was asked for, when PostgreSQL's clock says `nowUs`; within 1970 and 2255, where doubles end.
 */
export function timeAt(asked: AskedTime, nowUs: number): LogTime {
  if ('agoUs' in asked) return { us: Math.max(0, nowUs - asked.agoUs), ns: 0 }
  return { us: Math.max(0, Math.min(asked.time.us, Number.MAX_SAFE_INTEGER - 1)), ns: asked.time.ns }
}

function durationUs(text: string): number {
  const parts = [...text.matchAll(/(\d+)([smhdw])/g)]
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (unitUs[unit ?? ''] ?? 0), 0)
}

/**
 * By the number of digits: 12 and more are no seconds before the year 5138, 15 and more no milliseconds, and
 * so on.
 */
function parseEpoch(digits: string, fraction: string | undefined): AskedTime | null {
  if (fraction !== undefined && digits.length > 11) return null
  const scale = [11, 14, 17].findIndex((length) => digits.length <= length)
  const decimals = scale === -1 ? 9 : scale * 3
  const nanos = BigInt(`${digits}${(fraction ?? '').padEnd(9 - decimals, '0').slice(0, 9 - decimals)}`)
  if (nanos / 1_000_000_000n > secondsMax) return null
  return { time: { us: Number(nanos / 1000n), ns: Number(nanos % 1000n) } }
}

/** ISO 8601 leaves out what people leave out: the time of day, the seconds, the zone (then UTC). */
function completed(text: string): string {
  // A `+` that was not escaped in the URL arrives as a space.
  const plus = text.replace(/^(\S+[Tt]\S+) (\d{2}:?\d{2})$/, '$1+$2')
  const [, date, time = 'T00:00:00', zone = 'Z'] =
    /^(\d{4}-\d{2}-\d{2})(?:([Tt ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?)([Zz]|[+-]\d{2}(?::?\d{2})?)?)?$/.exec(
      plus,
    ) ?? []
  if (date === undefined) return text
  const seconds = time.length === 6 ? `${time}:00` : time
  return `${date}${seconds}${/^[+-]\d{2}$/.test(zone) ? `${zone}:00` : zone}`
}
