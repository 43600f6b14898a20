import type { RetryVerdict } from './judge-answer.ts'

export interface RetryPace {
  baseMs: number
  maxMs: number
  credentialMs: number
}

/** How long to wait before the `attempt`th repeat (from 1). `random` gives 0 to 1. */
export function retryDelayMs(
  { pace, retryAfterMs }: RetryVerdict,
  attempt: number,
  { baseMs, maxMs, credentialMs }: RetryPace,
  random: () => number = Math.random,
): number {
  // What the broker asks for is a floor; some more, or all agents would come back in the same second.
  const floorMs = retryAfterMs === null ? 0 : retryAfterMs * (1 + random() / 5)
  return Math.max(floorMs, ownDelayMs())

  function ownDelayMs(): number {
    if (pace === 'credential') return credentialMs
    if (pace === 'slow') return maxMs * (0.5 + random() / 2)
    return random() * Math.min(maxMs, baseMs * 2 ** Math.min(attempt - 1, 30))
  }
}
