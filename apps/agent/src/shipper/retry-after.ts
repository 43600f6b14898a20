import type { IncomingHttpHeaders } from 'node:http'

/** A broker that asks for a day has made a mistake. */
const retryAfterMsMax = 15 * 60_000

/** `Retry-After` in milliseconds, from seconds or a date; null for none and for nonsense. */
export function readRetryAfter(headers: IncomingHttpHeaders, nowMs: number = Date.now()): number | null {
  const text = headers['retry-after']?.trim() ?? ''
  if (/^\d{1,10}$/.test(text)) return Math.min(Number(text) * 1000, retryAfterMsMax)
  const at = isHttpDate.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(at)) return null
  // The date is meant by the broker's clock.
  const theirNow = Date.parse(headers.date ?? '')
  const waitMs = at - (Number.isNaN(theirNow) ? nowMs : theirNow)
  return Math.min(Math.max(waitMs, 0), retryAfterMsMax)
}

/** Date.parse alone takes nearly anything: `soon 5` is a day in May. */
const isHttpDate = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6},? .*\d\d:\d\d:\d\d/
