import type { Principal } from '@logboom/service'
import { toProblem } from '@logboom/service'
import type { Follower } from './follower.ts'

export interface FollowClockOptions {
  /** Nothing was sent for so long: something is. */
  heartbeatMs?: number
  /** The credential of a connection is asked for so often; what it is told may be 30 s old. */
  recheckMs?: number
  /** A client that takes nothing for so long is let go. */
  stalledMs?: number
  tickMs?: number
}

export interface FollowClock {
  /** Looks after a follower until it is closed. `recheck`: who it is now; rejects with a 401 when it is nobody. */
  watch(follower: Follower, recheck: () => Promise<Principal>): void
  /** Ends all of them. */
  endAll(): void
  close(): void
}

interface Watched {
  follower: Follower
  recheck: () => Promise<Principal>
  recheckAtMs: number
}

/** Looks after all open connections once a second, rather than each by timers of its own. */
export function createFollowClock(options: FollowClockOptions = {}): FollowClock {
  const { heartbeatMs = 15_000, recheckMs = 2_000, stalledMs = 120_000, tickMs = 1_000 } = options
  const watched = new Set<Watched>()

  function tick(): void {
    const nowMs = performance.now()
    for (const one of watched) {
      const { follower } = one
      if (nowMs - (follower.slowSinceMs() ?? nowMs) > stalledMs) follower.end('too_slow')
      if (nowMs - follower.lastSentMs() >= heartbeatMs) follower.mention({ type: 'heartbeat' })
      if (nowMs < one.recheckAtMs) continue
      one.recheckAtMs = nowMs + recheckMs
      void checkAgain(one)
    }
  }
  const timer = setInterval(tick, tickMs)

  return {
    watch(follower, recheck) {
      const one = { follower, recheck, recheckAtMs: performance.now() + recheckMs }
      watched.add(one)
      follower.closed.addEventListener('abort', () => watched.delete(one), { once: true })
    },
    endAll() {
      for (const { follower } of watched) follower.end('shutting_down')
    },
    close: () => clearInterval(timer),
  }
}

/** What cannot be found out now says nothing about the credential: the cache of credentials decides for how long. */
async function checkAgain({ follower, recheck }: Watched): Promise<void> {
  try {
    await recheck()
  } catch (err) {
    const { status } = toProblem(err)
    if (status === 401 || status === 403) follower.end('credential_expired')
  }
}
