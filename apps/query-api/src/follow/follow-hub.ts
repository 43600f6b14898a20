import type { Database } from '@logboom/db'
import type { Logger } from '@logboom/service'
import { createAlarm } from './alarm.ts'
import type { Alarm } from './alarm.ts'
import { createWatches } from './follow-watches.ts'
import type { FollowWatches } from './follow-watches.ts'
import type { Place } from './follow-position.ts'
import type { Follower } from './follower.ts'
import { createHeadReader } from './head-reader.ts'
import type { HeadReader } from './head-reader.ts'

export interface FollowHubOptions {
  db: Database
  log: Logger
  /** Told how long after the beginning of its transaction a batch was given to those who follow it. */
  onGiven: (lagSeconds: number) => void
  /** Looked for commits at least so often, whatever is heard of them. */
  pollMs?: number
  /** Between two looks: what comes meanwhile is read together. */
  pauseMs?: number
}

export interface FollowHub {
  /** Resolves when the hub takes over; false for a follower that is behind it, which must read on and come again. */
  join(follower: Follower): Promise<boolean>
  /** Something was committed: of these agents, or null: of any. */
  wake(agentIds: readonly string[] | null): void
  /** Those at the head. */
  followers(): Iterable<Follower>
  /** Up to where everything was given to them; null while there are none. */
  place(): Place | null
  close(): Promise<void>
}

/**
 * Reads the ledger once for all who follow at its head: woken by commits, and every second by itself. Reads nothing while
 * nobody follows, and only the lines that somebody wants.
 */
export function createFollowHub(options: FollowHubOptions): FollowHub {
  const watches = createWatches()
  const alarm = createAlarm()
  const closing = new AbortController()
  const reader = createHeadReader(options, watches)
  const lobby = createLobby(reader, watches)
  let running: Promise<void> | null = null

  /** Newcomers are let in between two looks, when nothing is being read that they might have to be given, too. */
  async function run(): Promise<void> {
    for (lobby.admit(); watches.size() > 0 && !closing.signal.aborted; lobby.admit()) {
      await lookAround(options, { reader, alarm, signal: closing.signal })
    }
    lobby.refuse()
    reader.forget()
    running = null
  }

  return {
    join(follower) {
      if (closing.signal.aborted) return Promise.resolve(true) // it is ended by whoever closes
      const admitted = lobby.enter(follower)
      running ??= run()
      alarm.ring()
      return admitted
    },
    wake(agentIds) {
      if (agentIds === null || agentIds.some(watches.wantsAgent)) alarm.ring()
    },
    followers: watches.followers,
    place: reader.place,
    async close() {
      closing.abort()
      await running
    },
  }
}

interface Looking {
  reader: HeadReader
  alarm: Alarm
  signal: AbortSignal
}

/** Reads what there is, and rests until there may be more. */
async function lookAround(options: FollowHubOptions, { reader, alarm, signal }: Looking): Promise<void> {
  const { log, pollMs = 1_000, pauseMs = 25 } = options
  const startedMs = performance.now()
  try {
    await reader.readAll()
  } catch (err) {
    log.warn('following waits for the database', { err })
    await alarm.rest(pollMs, signal)
  }
  await alarm.rest(pauseMs - (performance.now() - startedMs), signal)
  await alarm.wait(pollMs, signal)
}

interface Lobby {
  enter(follower: Follower): Promise<boolean>
  /** Lets in who is not behind the reader. */
  admit(): void
  refuse(): void
}

function createLobby(reader: HeadReader, watches: FollowWatches): Lobby {
  const waiting: { follower: Follower; admitted: PromiseWithResolvers<boolean> }[] = []
  return {
    enter(follower) {
      const admitted = Promise.withResolvers<boolean>()
      waiting.push({ follower, admitted })
      return admitted.promise
    },
    admit() {
      for (const { follower, admitted } of waiting.splice(0)) {
        const isIn = !follower.closed.aborted && reader.reaches(follower.position)
        if (isIn) {
          watches.add(follower)
          follower.closed.addEventListener('abort', () => watches.remove(follower), { once: true })
        }
        admitted.resolve(isIn)
      }
    },
    refuse: () => waiting.splice(0).forEach(({ admitted }) => admitted.resolve(false)),
  }
}
