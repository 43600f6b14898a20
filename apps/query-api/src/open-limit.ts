import { Problem } from '@logboom/contracts'

/** How many of something may be open at once, on whomever they wait. */
export interface OpenLimit {
  /** Gives back what ends it. @throws {Problem} 503 */
  enter(): () => void
}

export function createOpenLimit(max: number): OpenLimit {
  let open = 0
  return {
    enter() {
      if (open >= max)
        throw new Problem('overloaded', `there are ${max} open already`, { headers: { 'Retry-After': '30' } })
      open += 1
      return () => void (open -= 1)
    },
  }
}
