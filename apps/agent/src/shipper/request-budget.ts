import { pause } from '../wake-up.ts'

/** The agent's own count of the requests it may make: asking in vain would cost both sides. */
export interface RequestBudget {
  isAvailable(): boolean
  /** How long until it is. */
  waitMs(): number
  /** Counts a request, allowed or not. */
  spend(): void
  /** Waits for a request to be allowed and counts it. Resolves early, without one, when `signal` is aborted. */
  take(signal: AbortSignal): Promise<void>
  /** The broker's count is the one that matters, and it says that nothing is left. */
  drain(): void
}

export interface RequestRate {
  requests_per_minute: number
  request_burst: number
}

/** A tenth of a minute's tokens, added in steps, may come to 0.9999999. */
const oneRequest = 1 - 1e-6

/** A bucket of `request_burst` tokens that fills by `requests_per_minute`; the rate may change while it is in use. */
export function createRequestBudget(
  rate: () => RequestRate,
  now: () => number = () => performance.now(),
): RequestBudget {
  let tokens = rate().request_burst
  let countedMs = now()

  function count(): number {
    const nowMs = now()
    const { requests_per_minute: perMinute, request_burst: burst } = rate()
    tokens = Math.min(burst, tokens + ((nowMs - countedMs) / 60_000) * perMinute)
    countedMs = nowMs
    return tokens
  }

  const waitMs = () =>
    count() >= oneRequest ? 0 : Math.ceil(((1 - tokens) * 60_000) / rate().requests_per_minute)
  const spend = () => {
    count()
    tokens -= 1
  }

  return {
    isAvailable: () => count() >= oneRequest,
    waitMs,
    spend,
    async take(signal) {
      while (count() < oneRequest && !signal.aborted) await pause(waitMs(), signal)
      spend()
    },
    drain() {
      count()
      tokens = Math.min(tokens, 0)
    },
  }
}
