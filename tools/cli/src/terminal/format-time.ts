/** How times are shown: the local zone, or UTC. */
export type Zone = 'local' | 'utc'

/** RFC 3339 → `2026-01-15 10:30:00.123`, with a `Z` when it is UTC. */
export function formatTime(time: string, zone: Zone): string {
  const [, seconds = '', fraction = ''] = /^(.{19})\.?(\d*)/.exec(time) ?? []
  const ms = fraction.slice(0, 3).padEnd(3, '0')
  if (zone === 'utc') return `${seconds.replace('T', ' ')}.${ms}Z`
  return `${localSeconds(`${seconds}Z`)}.${ms}`
}

/** Lines come many to the second. */
const last = { seconds: '', text: '' }

function localSeconds(seconds: string): string {
  if (last.seconds === seconds) return last.text
  const at = new Date(seconds)
  const [date, time] = [
    [at.getFullYear(), at.getMonth() + 1, at.getDate()],
    [at.getHours(), at.getMinutes(), at.getSeconds()],
  ].map((parts) => parts.map((part) => String(part).padStart(2, '0')))
  const text = `${date?.join('-')} ${time?.join(':')}`
  Object.assign(last, { seconds, text })
  return text
}

/** `8 s`, `4 min`, `3 h`, `12 d`: how long, as one says it. */
export function formatSpan(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`
  return seconds < 48 * 3_600 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} d`
}

/** How long ago that was. */
export function formatAgo(time: string | null, nowMs: number): string {
  if (time === null) return 'never'
  return `${formatSpan(Math.max(0, nowMs - Date.parse(time)) / 1_000)} ago`
}
