import { formatTimestamp, nsOfSuborder } from '@logboom/contracts'
import type { Dropped, FollowEvent } from './follow-events.ts'
import type { FollowPosition } from './follow-position.ts'
import type { BatchLine } from './read-batches.ts'

/** What a follower was not sent since it was last told. */
export interface Drops {
  add(position: FollowPosition, lines: readonly BatchLine[]): void
  /** Null: nothing was dropped. */
  event(): Extract<FollowEvent, { type: 'dropped' }> | null
  clear(): void
}

export function createDrops(): Drops {
  let dropped: Dropped | null = null
  let after: FollowPosition | null = null
  return {
    add(position, lines) {
      const times = lines.map(({ row }) => formatTimestamp({ us: row.us, ns: nsOfSuborder(row.suborder) }))
      const known = [dropped?.first, dropped?.last, ...times]
        .filter((time) => typeof time === 'string')
        .sort()
      dropped = {
        count: (dropped?.count ?? 0) + lines.length,
        gaps: (dropped?.gaps ?? 0) + (lines.length === 0 ? 1 : 0),
        first: known.at(0) ?? null,
        last: known.at(-1) ?? null,
      }
      after = position
    },
    event: () => (dropped && after ? { type: 'dropped', position: after, dropped } : null),
    clear() {
      dropped = null
      after = null
    },
  }
}
