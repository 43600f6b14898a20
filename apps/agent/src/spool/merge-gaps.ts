import { compareTimes, parseTimestamp } from '@logboom/contracts'
import type { Gap } from '@logboom/contracts'

/**
 * Gaps of the same stream, reason and exactness as one, also with those of the ledger that nobody carries: of a spool
 * that overflows for days, as many remain as there are streams. `replaced` are the ids of those that are part of others now.
 */
export function mergeGaps(
  known: ReadonlyMap<number, Gap>,
  taken: ReadonlySet<number>,
  gaps: readonly Gap[],
): { gaps: Gap[]; replaced: number[] } {
  const merged = new Map<string, Gap>()
  for (const gap of gaps) merged.set(sortOf(gap), joinGaps(merged.get(sortOf(gap)), gap))
  const replaced: number[] = []
  for (const [id, gap] of known) {
    const news = taken.has(id) ? undefined : merged.get(sortOf(gap))
    if (!news) continue
    merged.set(sortOf(gap), joinGaps(gap, news))
    replaced.push(id)
  }
  return { gaps: [...merged.values()], replaced }
}

function sortOf({ namespace, pod_name, container_name, reason, exact }: Gap): string {
  return JSON.stringify([namespace, pod_name, container_name ?? null, reason, exact])
}

function joinGaps(a: Gap | undefined, b: Gap): Gap {
  if (!a) return b
  const lines = sumOf(a.lines, b.lines)
  const bytes = sumOf(a.bytes, b.bytes)
  return {
    ...b,
    from: isBefore(a.from, b.from) ? a.from : b.from,
    to: isBefore(a.to, b.to) ? b.to : a.to,
    ...(lines !== null && { lines }),
    ...(bytes !== null && { bytes }),
  }
}

/** What is not known of one is not known of both. */
function sumOf(a: number | null | undefined, b: number | null | undefined): number | null {
  return typeof a === 'number' && typeof b === 'number' ? a + b : null
}

function isBefore(a: string, b: string): boolean {
  const [timeA, timeB] = [parseTimestamp(a), parseTimestamp(b)]
  return timeA !== null && timeB !== null && compareTimes(timeA, timeB) < 0
}
