import type { BatchOutcome } from '@logboom/contracts'
import { Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import { prefixOf, queueName } from './keys.ts'
import { processJob } from './process-job.ts'
import type { JobHandlers } from './process-job.ts'
import type { QueueLog } from './queue-log.ts'

/**
 * `retried`: a verdict asked for it. `attempt_failed`: `process` threw. `failed`: for good. `stalled`: was
 * another's.
 */
export interface ConsumerEvent {
  kind: 'retried' | 'attempt_failed' | 'failed' | 'stalled'
  jobId: string
  reason: string
}

export interface WorkerOptions {
  redis: Redis
  shard: number
  concurrency: number
  lockMs: number
  stalledMs: number
  handlers: JobHandlers
  onEvent(event: ConsumerEvent): void
  log: QueueLog
}

/** Starts taking the jobs of one shard. The connection stays the caller's to end. */
export function openWorker(options: WorkerOptions): Worker<string, BatchOutcome> {
  const { redis, shard, concurrency, lockMs, stalledMs, handlers } = options
  const worker = new Worker<string, BatchOutcome>(
    queueName,
    (job, token) => processJob(job, token, handlers),
    {
      connection: redis,
      prefix: prefixOf(shard),
      concurrency,
      lockDuration: lockMs,
      stalledInterval: stalledMs,
      // By default a job fails when its second writer is killed. Being killed is no fault of the job.
      maxStalledCount: 1_000,
      // After a command that Redis refused; the default is 15 s, during which nothing is fetched.
      runRetryDelay: 1_000,
    },
  )
  report(worker, options)
  return worker
}

function report(worker: Worker<string, BatchOutcome>, options: WorkerOptions): void {
  const { redis, shard, onEvent, log } = options
  worker.on('error', (err) => {
    // While Redis is away, the connection has said so once and BullMQ says it every second.
    log[redis.status === 'ready' ? 'warn' : 'debug']('worker error', { shard, err })
  })
  worker.on('stalled', (jobId) => onEvent({ kind: 'stalled', jobId, reason: 'its writer fell silent' }))
  worker.on('failed', (job, err) => {
    const kind = job?.finishedOn ? 'failed' : 'attempt_failed'
    if (kind === 'failed') log.error('job failed for good and is kept', { jobId: job?.id, err })
    onEvent({ kind, jobId: job?.id ?? '', reason: err.message })
  })
}
