import { compareTimes } from '@logboom/contracts'
import type { LogTime } from '@logboom/contracts'

export interface LineClock {
  /** The time of the next line: now, or a nanosecond after the line before. */
  next(nowMs: number): LogTime
  /** The time of the last line. */
  readonly last: LogTime | null
}

/**
 * A clock that was set back by more than this is followed. Lines that stayed ahead of it for long would be refused
 * as lying in the future.
 */
const aheadUsMax = 60e6

/** Gives lines without a time of their own the time of reading, strictly increasing. */
export function createLineClock(start: LogTime | null): LineClock {
  let last = start
  return {
    next(nowMs) {
      const now = { us: nowMs * 1000, ns: 0 }
      const isBehind = last !== null && compareTimes(last, now) >= 0 && last.us - now.us <= aheadUsMax
      last = isBehind && last ? nanosecondAfter(last) : now
      return last
    },
    get last() {
      return last
    },
  }
}

function nanosecondAfter({ us, ns }: LogTime): LogTime {
  return ns === 999 ? { us: us + 1, ns: 0 } : { us, ns: ns + 1 }
}
