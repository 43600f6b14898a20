import type { StoredEntry } from '@logboom/contracts'
import { formatMicros } from '@logboom/contracts'
import type { Database } from '@logboom/db'
import { toStoredEntry } from './to-stored-entry.ts'
import { walkRows } from './walk-rows.ts'
import type { Walk } from './walk-rows.ts'

/** Longer than that nobody waits for suggestions. */
const lookMs = 2_000
const stepRows = 500

/** How much of a search was counted, in the words of the API. */
export interface Counted {
  total_is_exact: boolean
  counted_from?: string
}

export const allCounted: Counted = { total_is_exact: true }

/** Looks at the entries of a search, the newest first, until there are enough, or time is up. */
export async function lookAtNewest(
  db: Database,
  walk: Walk,
  rowsMax: number,
  look: (entry: StoredEntry) => void,
): Promise<Counted> {
  const deadlineMs = Math.min(walk.deadlineMs, performance.now() + lookMs)
  let left = rowsMax
  for await (const step of walkRows(db, { ...walk, deadlineMs }, () => Math.min(left, stepRows))) {
    for (const row of step.rows) look(toStoredEntry(row))
    left -= step.rows.length
    const isOver = left <= 0 || performance.now() > deadlineMs
    // Of the rows of this very microsecond, some may not have been looked at.
    if (isOver && step.position.us > walk.range.fromUs)
      return { total_is_exact: false, counted_from: formatMicros(step.position.us + 1) }
  }
  return allCounted
}
