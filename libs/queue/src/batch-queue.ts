import type { BatchOutcome, Follow } from '@logboom/contracts'
import type { Redis } from 'ioredis'
import { admit, release, remember } from './admission.ts'
import type { Admission, AdmissionRequest, Release } from './admission.ts'
import { checkRedis } from './check-redis.ts'
import { committedThrough, rememberCommitted } from './commits.ts'
import type { Commit } from './commits.ts'
import { connectRedis, waitForRedis } from './connect-redis.ts'
import { enqueue } from './enqueue.ts'
import { findFollow } from './follow-marks.ts'
import type { NewJob } from './enqueue.ts'
import { awaitOutcome } from './outcomes.ts'
import type { QueueLog } from './queue-log.ts'
import { producerOptions } from './redis-options.ts'
import { openShardQueues } from './shard-queues.ts'
import type { QueueCounts } from './shard-queues.ts'
import { watchPressure } from './watch-pressure.ts'
import type { Pressure } from './watch-pressure.ts'
import { within } from './within.ts'

export interface BatchQueueOptions {
  url: string
  /** How many queues the agents are spread over; the same for all processes. Default 1. */
  shards?: number
  /** Share of Redis' `maxmemory` above which nothing is taken. Default 0.6. */
  memoryShareMax?: number
  /** Jobs not done above which nothing is taken. Default: no bound. */
  maxQueueJobs?: number
  /**
   * How long the answer to a batch is kept for repeats; at most 10 min while Redis is half as full as it may
   * be.
   */
  idempotencyTtlS: number
  /** Start although it is unknown whether Redis writes to disk before it answers. Default false. */
  allowUnsafeRedis?: boolean
  /** How long to wait for Redis at the start. Default 60 s. */
  startTimeoutMs?: number
  log: QueueLog
}

export interface BatchQueue {
  /**
   * One round trip, before the body is looked at. Throws `QueueUnavailable`, as do all but `outcome` and
   * `pressure`.
   */
  admit(request: AdmissionRequest): Promise<Admission>
  /** Ends an admission that came to nothing; `refund` when that was our fault. */
  release(request: Release): Promise<void>
  /** Keeps the answer for repeats and ends the admission. */
  remember(batch: { agentId: string; key: string; bodyHash: string; answer: string }): Promise<void>
  /**
   * Adds all jobs of one batch, whose ids are of `jobIdOf`, unless memory is short. Durable when it resolves;
   * ≤ 2 s.
   */
  enqueue(jobs: readonly NewJob[]): Promise<void>
  /** The sum of what became of the jobs of one batch; null when they are not all committed after `waitMs`. */
  outcome(jobIds: readonly string[], waitMs: number): Promise<BatchOutcome | null>
  pressure(): Pressure
  committedThrough(agentId: string): Promise<Record<string, string>>
  rememberCommitted(commit: Commit): Promise<void>
  /** What of an agent somebody follows; null: nothing. */
  findFollow(agentId: string): Promise<Follow | null>
  /** Whether Redis answers. */
  ready(): boolean
  /** By shard. */
  counts(): Promise<QueueCounts[]>
  /** Never hangs; at most 1 s when Redis is gone. */
  close(): Promise<void>
}

const closeTimeoutMs = 1_000
// An answer takes 340 bytes: 1000 agents at their limit leave 200 MB of them in an hour. Before they crowd
// out the batches themselves, they live shorter; a later repeat is then queued once more and stored once all
// the same.
const crampedTtlS = 600

/**
 * Opens the hand-off for those who fill it. Throws when Redis is not there in time, or is set up to lose
 * batches.
 */
export async function openBatchQueue(options: BatchQueueOptions): Promise<BatchQueue> {
  const { shards = 1, idempotencyTtlS, memoryShareMax = 0.6, maxQueueJobs = Infinity, log } = options
  const { redis, bulk } = await openConnections(options)
  const queues = await openShardQueues(bulk, shards, log)
  const watch = await watchPressure({
    redis,
    isConnected: () => redis.status === 'ready' && bulk.status === 'ready',
    countJobs: queues.countOpen,
    memoryShareMax,
    jobsMax: maxQueueJobs,
    log,
  })
  const closing = new AbortController()
  const answerTtlS = ({ usedBytes, maxBytes }: Pressure) =>
    usedBytes < (maxBytes * memoryShareMax) / 2 ? idempotencyTtlS : Math.min(idempotencyTtlS, crampedTtlS)

  return {
    admit: (request) => admit(redis, shards, request),
    release: (request) => release(redis, shards, request),
    remember: (batch) => remember(redis, shards, answerTtlS(watch.read()), batch),
    async enqueue(jobs) {
      if (jobs.length > 0) await enqueue(queues.queueOf(jobs), bulk, watch, jobs)
    },
    outcome: (jobIds, waitMs) => awaitOutcome(redis, shards, jobIds, waitMs, closing.signal),
    pressure: watch.read,
    committedThrough: (agentId) => committedThrough(redis, shards, agentId),
    rememberCommitted: (commit) => rememberCommitted(redis, shards, commit),
    findFollow: (agentId) => findFollow(redis, shards, { agentId }),
    ready: () => watch.read().reason !== 'redis_away',
    counts: queues.counts,
    async close() {
      closing.abort()
      watch.close()
      await Promise.all([end(redis), end(bulk)])
    },
  }
}

/** Two lines, so that an admission does not queue up behind megabytes of batches. */
async function openConnections(options: BatchQueueOptions): Promise<{ redis: Redis; bulk: Redis }> {
  const { url, startTimeoutMs = 60_000, allowUnsafeRedis = false, log } = options
  const redis = connectRedis(url, producerOptions, 'admission', log)
  const bulk = connectRedis(url, producerOptions, 'batches', log)
  try {
    await Promise.all([waitForRedis(redis, startTimeoutMs), waitForRedis(bulk, startTimeoutMs)])
    await checkRedis(redis, allowUnsafeRedis, log)
    return { redis, bulk }
  } catch (err) {
    redis.disconnect()
    bulk.disconnect()
    throw err
  }
}

/** BullMQ leaves a connection that it was given open, so ending it here ends the queues too. */
async function end(redis: Redis): Promise<void> {
  await within(closeTimeoutMs, redis.quit()).catch(() => null)
  redis.disconnect()
}
