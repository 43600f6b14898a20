import type { Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import { rememberCommitted } from './commits.ts'
import type { Commit } from './commits.ts'
import { connectRedis } from './connect-redis.ts'
import { forgetFailed } from './forget-failed.ts'
import { openWorker } from './open-worker.ts'
import type { ConsumerEvent } from './open-worker.ts'
import { writeOutcome } from './outcomes.ts'
import type { JobHandlers } from './process-job.ts'
import type { QueueLog } from './queue-log.ts'
import { consumerOptions } from './redis-options.ts'
import { publishCommit } from './wake-ups.ts'
import { within } from './within.ts'

export interface BatchConsumerOptions extends Pick<JobHandlers, 'process' | 'onUndecodable'> {
  url: string
  /** As the producers'. Default 1. */
  shards?: number
  /** Jobs at once in this process, divided among the shards (at least one each). */
  concurrency: number
  /** For metrics. */
  onEvent?: (event: ConsumerEvent) => void
  /** A writer that is silent for so long has lost its job to another one. Default 60 s. */
  lockMs?: number
  /**
   * How often lost jobs are looked for; one comes back after `lockMs` plus at most twice this. Default 15 s.
   */
  stalledMs?: number
  log: QueueLog
}

export interface BatchConsumer {
  /** Whether Redis answers, asked anew: a frozen one keeps its connections. Within 1 s. */
  ready(): Promise<boolean>
  /** Takes no further jobs for so long; those that are running go on. Of two pauses, the later end counts. */
  pause(ms: number): void
  /** Tells agents through ingest-api what they may forget. Waits while Redis is away. */
  rememberCommitted(commit: Commit): Promise<void>
  /** Wakes followers up, if it can: they look by themselves too. */
  publishCommit(agentIds: readonly string[]): void
  /** Deletes jobs that failed for good longer ago than that; returns how many. Waits while Redis is away. */
  forgetFailed(afterMs: number): Promise<number>
  /**
   * Waits for running jobs, but never longer than `timeoutMs` (default 10 s); what runs then is given again
   * later.
   */
  close(timeoutMs?: number): Promise<void>
}

const pingTimeoutMs = 1_000

/** Starts taking jobs, as soon and as long as Redis is there; returns at once. */
export function openBatchConsumer(options: BatchConsumerOptions): BatchConsumer {
  const { url, shards = 1, lockMs = 60_000, stalledMs = 15_000, log } = options
  const { onEvent = () => undefined } = options
  const redis = connectRedis(url, consumerOptions, 'jobs', log)
  const copies = trackCopies(redis)
  const workers: Worker[] = []
  const pauses = createPauses(workers)
  const note = (work: Promise<void>) =>
    void work.catch((err: unknown) => log.debug('note not delivered', { err }))
  const handlers: JobHandlers = {
    process: options.process,
    onUndecodable: options.onUndecodable,
    onRetry: (jobId, reason) => onEvent({ kind: 'retried', jobId, reason }),
    pause: pauses.pause,
    onAwaited: (jobId, outcome) => note(writeOutcome(redis, shards, jobId, outcome)),
  }
  const concurrency = Math.ceil(options.concurrency / shards)
  for (let shard = 0; shard < shards; shard++) {
    workers.push(
      openWorker({
        redis,
        shard,
        concurrency,
        lockMs,
        stalledMs,
        handlers,
        onEvent,
        log,
      }),
    )
  }

  return {
    ready: async () => redis.status === 'ready' && (await within(pingTimeoutMs, redis.ping())) !== null,
    pause: pauses.pause,
    rememberCommitted: (commit) => rememberCommitted(redis, shards, commit),
    forgetFailed: (afterMs) => forgetFailed(redis, shards, afterMs),
    publishCommit: (agentIds) => note(publishCommit(redis, agentIds)),
    async close(timeoutMs = 10_000) {
      pauses.close()
      const closed = await within(timeoutMs, Promise.all(workers.map((worker) => worker.close())))
      if (!closed) log.warn('closed before all jobs had ended: they will be given again', { timeoutMs })
      for (const connection of [redis, ...copies]) connection.disconnect()
    },
  }
}

/**
 * BullMQ copies the connection for its blocking reads and may never end the copy; kept here, it can be ended.
 */
function trackCopies(redis: Redis): Redis[] {
  const copies: Redis[] = []
  const duplicate = redis.duplicate.bind(redis)
  redis.duplicate = (override) => {
    const copy = duplicate(override)
    copy.on('error', () => undefined) // said by the original, which loses Redis at the same moment
    copies.push(copy)
    return copy
  }
  return copies
}

function createPauses(workers: readonly Worker[]): { pause(ms: number): void; close(): void } {
  let until = 0
  let timer: NodeJS.Timeout | undefined
  let closed = false

  return {
    pause(ms) {
      const end = performance.now() + ms
      if (closed || end <= until) return
      until = end
      clearTimeout(timer)
      timer = setTimeout(() => workers.forEach((worker) => void worker.resume()), ms)
      for (const worker of workers) void worker.pause(true)
    },
    close() {
      closed = true
      clearTimeout(timer)
    },
  }
}
