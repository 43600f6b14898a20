import type { Database } from '@logboom/db'
import { openFollowMarks, subscribeCommits } from '@logboom/queue'
import type { Lifecycle, Logger, Principal } from '@logboom/service'
import type { FoundRow } from '@logboom/db'
import { progressOptionsOf } from '../search-progress.ts'
import { toStoredEntry } from '../to-stored-entry.ts'
import type { QueryConfig } from '../config.ts'
import type { FollowMetrics } from './follow-metrics.ts'
import { createFollowBoost } from './boost-follows.ts'
import type { FollowBoost } from './boost-follows.ts'
import { catchUp } from './catch-up.ts'
import { createFollowClock } from './follow-clock.ts'
import type { FollowClock, FollowClockOptions } from './follow-clock.ts'
import { createFollowHub } from './follow-hub.ts'
import type { FollowHub } from './follow-hub.ts'
import type { FollowFilter } from './follow-filter.ts'
import { createFollowLimits } from './follow-limits.ts'
import type { FollowLimits } from './follow-limits.ts'
import type { FollowPosition } from './follow-position.ts'
import { createFollower } from './follower.ts'
import type { FollowSink } from './outbox.ts'
import { tellProgress } from './progress-teller.ts'
import { takeTurns } from './take-turns.ts'

export interface NewFollower {
  sink: FollowSink
  filter: FollowFilter
  position: FollowPosition
  /** Lines that come before those that are followed. */
  tail: readonly FoundRow[]
  /** Who it is now; rejects with a 401 when it is nobody any more. */
  recheck: () => Promise<Principal>
}

/** All who follow. */
export interface Following {
  limits: FollowLimits
  /** For what a follower reads by itself: a thousand that come back together must leave connections for searches. */
  inTurn: <T>(work: () => Promise<T>) => Promise<T>
  /** Takes a connection over until it is closed. */
  start(newcomer: NewFollower): void
}

export type FollowSettings = Pick<
  QueryConfig,
  | 'REDIS_URL'
  | 'QUEUE_SHARDS'
  | 'MAX_INSTANCES'
  | 'FOLLOWERS_MAX'
  | 'FOLLOWERS_PER_CREDENTIAL'
  | 'FOLLOW_BUFFER_BYTES'
>

export interface FollowingOptions {
  db: Database
  config: FollowSettings
  life: Lifecycle
  log: Logger
  metrics: FollowMetrics
  clock?: FollowClockOptions
}

/** Followers that read by themselves at once; the others wait for their turn. */
const readingMax = 3

/** Opens what followers need beside the database: where Redis is away, commits are seen every second, and no agent is asked to hurry. */
export function openFollowing({ db, config, life, log, metrics, clock: ticks }: FollowingOptions): Following {
  const hub = createFollowHub({ db, log, onGiven: metrics.given })
  life.onClose('followers', () => hub.close())
  const clock = createFollowClock(ticks)
  life.onClose('follow clock', () => clock.close())
  const boost = openRedisParts(config, { db, hub, life, log })
  life.spawn('progress of followers', (signal) =>
    tellProgress({ db, hub, progress: progressOptionsOf(config) }, signal),
  )
  life.signal.addEventListener('abort', () => clock.endAll(), { once: true })
  const limits = createFollowLimits({ ofAll: config.FOLLOWERS_MAX, ofOne: config.FOLLOWERS_PER_CREDENTIAL })
  metrics.watch(() => limits.size())
  const inTurn = takeTurns(readingMax)
  return { limits, inTurn, start: starterOf({ db, hub, inTurn, clock, boost, config, log, metrics, life }) }
}

interface Parts extends Pick<FollowingOptions, 'db' | 'config' | 'log' | 'metrics' | 'life'> {
  hub: FollowHub
  inTurn: Following['inTurn']
  clock: FollowClock
  boost: FollowBoost | null
}

function starterOf({ db, hub, inTurn, clock, boost, config, log, metrics, life }: Parts): Following['start'] {
  return ({ sink, filter, position, tail, recheck }) => {
    const { FOLLOW_BUFFER_BYTES: bufferBytesMax } = config
    const { sent: onSent, dropped: onDropped } = metrics
    const follower = createFollower({ sink, filter, position, bufferBytesMax, onSent, onDropped })
    if (life.stopping) return follower.end('shutting_down')
    clock.watch(follower, recheck)
    boost?.watch(follower)
    if (tail.length > 0) {
      const texts = tail.map((row) => JSON.stringify(toStoredEntry(row)))
      follower.send({ type: 'entries', position, texts }, tail.length)
    }
    catchUp({ db, hub, inTurn }, follower).catch((err: unknown) => {
      if (!follower.closed.aborted) log.warn('a follower was given up', { err })
      follower.end('failed')
    })
  }
}

function openRedisParts(
  { REDIS_URL: url, QUEUE_SHARDS: shards }: FollowSettings,
  { db, hub, life, log }: Pick<Parts, 'db' | 'hub' | 'life' | 'log'>,
): FollowBoost | null {
  if (url === undefined) return null
  const commits = subscribeCommits(url, log, hub.wake)
  life.onClose('commits', () => commits.close())
  const marks = openFollowMarks({ url, shards, log })
  life.onClose('follow marks', () => marks.close())
  const boost = createFollowBoost({ db, marks })
  life.onClose('follow boost', () => boost.close())
  return boost
}
