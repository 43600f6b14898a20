import { setTimeout as rest } from 'node:timers/promises'
import type { SearchProgress } from '@logboom/contracts'
import { findProgress, readNextXid } from '@logboom/db'
import type { Database, ProgressOptions } from '@logboom/db'
import { toSearchProgress } from '../search-progress.ts'
import type { FollowHub } from './follow-hub.ts'
import { moved } from './follow-position.ts'
import type { Follower } from './follower.ts'

export interface ProgressTellerOptions {
  db: Database
  hub: Pick<FollowHub, 'followers' | 'place'>
  progress: ProgressOptions
  /** How often each is told. */
  everyMs?: number
  /** Asked of the database in a second at most: beyond, everybody is told less often. */
  perSecond?: number
}

/** For the hub to come to where the progress was read. */
const arriveMs = 3_000

/**
 * Tells those who follow at the head how far their agents have come, which is also where an idle follower goes on when it
 * comes again. Asked once for all who ask for the same; told when they were given all that it speaks of.
 */
export async function tellProgress(options: ProgressTellerOptions, signal: AbortSignal): Promise<void> {
  const { db, hub, everyMs = 5_000 } = options
  const pause = (ms: number) => rest(ms, undefined, { signal }).catch(() => undefined)
  while (!signal.aborted) {
    await pause(everyMs)
    try {
      const found = await findAll(options, pause)
      const xid = found.size === 0 ? 0 : await readNextXid(db)
      if (await hasCome(hub, xid, pause))
        for (const [followers, progress] of found) tell(hub, followers, progress)
    } catch {
      // the hub says when the database is away
    }
  }
}

async function findAll(
  { db, hub, progress, perSecond = 20 }: ProgressTellerOptions,
  pause: (ms: number) => Promise<unknown>,
): Promise<Map<Follower[], SearchProgress>> {
  const found = new Map<Follower[], SearchProgress>()
  for (const followers of Map.groupBy(hub.followers(), ({ filter }) => filter.key).values()) {
    const [first] = followers
    if (!first) continue
    const agents = await findProgress(db, first.filter.scope, first.filter.streams, progress)
    found.set(followers, toSearchProgress(agents))
    await pause(1_000 / perSecond)
  }
  return found
}

async function hasCome(
  { place }: Pick<FollowHub, 'place'>,
  xid: number,
  pause: (ms: number) => Promise<unknown>,
): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < arriveMs; waitedMs += 100) {
    if ((place()?.xid ?? 0) >= xid) return true
    await pause(100)
  }
  return false
}

function tell(
  { place }: Pick<FollowHub, 'place'>,
  followers: readonly Follower[],
  progress: SearchProgress,
): void {
  const reached = place()
  if (!reached) return
  for (const follower of followers) {
    follower.mention({ type: 'progress', position: moved(follower.position, reached), progress })
  }
}
