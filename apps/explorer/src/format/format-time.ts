export type TimeZone = 'local' | 'utc'

/** `14:03:27.123` of an RFC 3339 time; milliseconds are what a row has room for. */
export function formatClock(timestamp: string, zone: TimeZone): string {
  const date = new Date(timestamp)
  const shown = zone === 'utc' ? date : shiftToLocal(date)
  return shown.toISOString().slice(11, 23)
}

/** `2026-11-27` */
export function formatDay(timestamp: string, zone: TimeZone): string {
  const date = new Date(timestamp)
  return (zone === 'utc' ? date : shiftToLocal(date)).toISOString().slice(0, 10)
}

/** `2026-11-27 14:03:27 UTC`, `2026-11-27 15:03:27 +01:00` */
export function formatMoment(timestamp: string, zone: TimeZone): string {
  const offset = zone === 'utc' ? 'UTC' : offsetOf(new Date(timestamp))
  return `${formatDay(timestamp, zone)} ${formatClock(timestamp, zone).slice(0, 8)} ${offset}`
}

function offsetOf(date: Date): string {
  const minutes = -date.getTimezoneOffset()
  const hours = String(Math.floor(Math.abs(minutes) / 60)).padStart(2, '0')
  return `${minutes < 0 ? '−' : '+'}${hours}:${String(Math.abs(minutes) % 60).padStart(2, '0')}`
}

/** A date whose UTC fields are the local ones of `date`. */
function shiftToLocal(date: Date): Date {
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000)
}

/** All nine digits that a line's time has: `2026-11-27 14:03:27.123456789 UTC` */
export function formatExactTime(timestamp: string, zone: TimeZone): string {
  const digits = /\.(\d+)Z$/.exec(timestamp)?.[1] ?? '000'
  const moment = formatMoment(timestamp, zone)
  return `${moment.slice(0, 19)}.${digits} ${moment.slice(20)}`
}
