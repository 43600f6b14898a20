import { createHash } from 'node:crypto'

/** How many requests may be under way, and when: careful after failures, and after an outage not all agents at once. */
export interface Ramp {
  window(): number
  /** How long to wait before the next request. */
  delayMs(): number
  /** `awayMs`: how long the outage was that this ended; 0 for none. */
  accepted(awayMs: number): void
  failed(): void
}

/** Beyond, a broker has more to gain from the next agent. */
const windowMax = 4
/** An outage of this length had many agents wait. */
const outageMsMin = 30_000
/** They come back spread over so long. */
const spreadMs = 10_000

export function createRamp(instance: string, now: () => number = () => performance.now()): Ramp {
  const ownDelayMs = createHash('sha256').update(instance).digest().readUInt32LE(0) % spreadMs
  let window = 1
  let notBeforeMs = 0
  return {
    window: () => Math.floor(window),
    delayMs: () => Math.max(0, notBeforeMs - now()),
    accepted(awayMs) {
      if (awayMs >= outageMsMin) notBeforeMs = now() + ownDelayMs
      window = awayMs > 0 ? 1 : Math.min(windowMax, window + 1 / Math.floor(window))
    },
    failed() {
      // One at a time finds out when the broker is back.
      window = 1
    },
  }
}
