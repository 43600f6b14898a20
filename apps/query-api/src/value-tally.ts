import type { FieldValue } from '@logboom/contracts'

/** How often each value came. */
export interface ValueTally {
  /** What was counted and is gone is counted below zero. */
  add(value: string, count?: number): void
  /** The most frequent first. */
  top(limit: number): FieldValue[]
}

export function createValueTally(): ValueTally {
  const counts = new Map<string, number>()
  return {
    add: (value, count = 1) => void counts.set(value, (counts.get(value) ?? 0) + count),
    top: (limit) =>
      [...counts]
        .map(([value, count]) => ({ value, count }))
        .filter(({ count }) => count > 0)
        .toSorted((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
        .slice(0, limit),
  }
}
