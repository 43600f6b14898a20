import type { Logger } from '@logboom/service'
import type { StreamTimings } from './follow-log.ts'
import type { FollowSlots } from './follow-slots.ts'
import type { PollTimings } from './poll-log.ts'
import type { ReadDeps } from './read-once.ts'

export interface ContainerTimings extends StreamTimings, PollTimings {
  /** How long the news that a container has ended may come after the end of its stream. */
  settleMs: number
  retryBaseMs: number
  retryMaxMs: number
  /** Between the two reads that must bring nothing new before a log is done. */
  finalMs: number
  /** How long the log of a deleted pod is tried to be read. */
  deletedMs: number
}

/** What reading containers needs, all of them together. */
export interface ContainerDeps extends ReadDeps {
  slots: FollowSlots
  timings: ContainerTimings
  log: Logger
}
