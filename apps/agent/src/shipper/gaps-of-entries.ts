import { compareTimes, parseTimestamp } from '@logboom/contracts'
import type { Entry, Gap } from '@logboom/contracts'

/** Exact gaps, one for each stream, for entries that the broker did not take. */
export function gapsOfEntries(entries: readonly Entry[], reason: Gap['reason']): Gap[] {
  const gaps = new Map<string, Gap>()
  for (const { namespace, pod_name, container_name, timestamp } of entries) {
    const stream = JSON.stringify([namespace, pod_name, container_name])
    const gap = gaps.get(stream)
    if (!gap) {
      const range = { from: timestamp, to: timestamp }
      gaps.set(stream, { namespace, pod_name, container_name, ...range, lines: 1, reason, exact: true })
      continue
    }
    gap.lines = (gap.lines ?? 0) + 1
    if (isBefore(timestamp, gap.from)) gap.from = timestamp
    if (isBefore(gap.to, timestamp)) gap.to = timestamp
  }
  return [...gaps.values()]
}

/** The broker says how many have expired, not which. Where it was not all, the range and the streams are a bound. */
export function gapsOfExpired(entries: readonly Entry[], expired: number): Gap[] {
  if (expired === 0) return []
  const gaps = gapsOfEntries(entries, 'expired')
  const [first] = gaps
  if (expired >= entries.length || !first) return gaps
  if (gaps.length === 1) return [{ ...first, lines: expired, exact: false }]
  const from = gaps.map((gap) => gap.from).reduce((a, b) => (isBefore(b, a) ? b : a))
  const to = gaps.map((gap) => gap.to).reduce((a, b) => (isBefore(a, b) ? b : a))
  const { namespace, pod_name } = first
  return [{ namespace, pod_name, from, to, lines: expired, reason: 'expired', exact: false }]
}

function isBefore(a: string, b: string): boolean {
  const [timeA, timeB] = [parseTimestamp(a), parseTimestamp(b)]
  return timeA !== null && timeB !== null && compareTimes(timeA, timeB) < 0
}
