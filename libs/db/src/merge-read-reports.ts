import { behindMax } from '@logboom/contracts'
import type { ReadReport } from '@logboom/contracts'

type Behind = ReadReport['behind'][number]

/**
 * What holds after a report of an instance when `held` held before. A report that reaches as far takes its place. One
 * that does not (a clock was set back, or a process has just started) takes nothing back: each stream that either of
 * them names keeps the further of what the two say of it. Only where that gets too long does the new one stand alone.
 */
export function mergeReadReports(held: ReadReport, told: ReadReport): ReadReport {
  if (told.until_ns === furthest(told.until_ns, held.until_ns)) return told
  const named = new Map(told.behind.map((one) => [keyOf(one), one]))
  for (const one of held.behind) {
    const key = keyOf(one)
    const again = named.get(key)
    named.set(key, { ...one, until_ns: furthest(one.until_ns, again ? again.until_ns : told.until_ns) })
  }
  if (named.size > behindMax) return told
  return { until_ns: held.until_ns, behind: [...named.values()] }
}

/** How far all streams of a report were read; null: not known of one of them. */
export function leastOf({ until_ns, behind }: ReadReport): string | null {
  return behind.reduce<string | null>(
    (least, one) => (furthest(least, one.until_ns) === least ? one.until_ns : least),
    until_ns,
  )
}

/** Null is before all times. */
function furthest(one: string | null, other: string | null): string | null {
  if (one === null || other === null) return one ?? other
  return BigInt(one) > BigInt(other) ? one : other
}

function keyOf({ namespace, pod_name, container_name }: Behind): string {
  return JSON.stringify([namespace, pod_name, container_name])
}
