import { Problem } from '@logboom/contracts'
import type { Principal } from '@logboom/service'

export interface FollowLimits {
  /** Returns what gives the place back. @throws {Problem} 429 for too many of one caller, 503 for too many at all */
  take(principal: Principal): () => void
  /** How many there are. */
  size(): number
}

/** How many may follow at once. */
export function createFollowLimits(max: { ofAll: number; ofOne: number }): FollowLimits {
  const held = new Map<string, number>()
  let all = 0
  return {
    take({ subject }) {
      const own = held.get(subject) ?? 0
      if (own >= max.ofOne) {
        throw new Problem('too_many_requests', `this credential follows ${max.ofOne} times already`, {
          headers: { 'Retry-After': '30' },
          members: { limit: max.ofOne },
        })
      }
      if (all >= max.ofAll)
        throw new Problem('overloaded', 'too many follow at once', { members: { limit: max.ofAll } })
      held.set(subject, own + 1)
      all += 1
      let isHeld = true
      return () => {
        if (!isHeld) return
        isHeld = false
        all -= 1
        const left = (held.get(subject) ?? 1) - 1
        if (left === 0) held.delete(subject)
        else held.set(subject, left)
      }
    },
    size: () => all,
  }
}
