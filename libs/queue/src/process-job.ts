import type { BatchJob, BatchOutcome } from '@logboom/contracts'
import { DelayedError, UnrecoverableError } from 'bullmq'
import type { Job } from 'bullmq'
import { decodeJob, entriesOf } from './job-codec.ts'
import { NewerJob, UndecodableJob } from './queue-errors.ts'

export interface JobMeta {
  jobId: string
  /** From 1. Retries that a verdict asked for, and writers that were killed, do not count. */
  attempt: number
  /** When `attempt` has reached this and `process` throws, the job fails for good. */
  attemptsMax: number
  /** An earlier delivery ended with a verdict that said so: if it was committed, nobody has heard of it. */
  mayBeCommitted: boolean
}

/** To be given again. `mayBeCommitted`: the connection broke, perhaps after COMMIT and before its answer. */
export interface Retry {
  retryInMs: number
  reason: string
  pause?: boolean
  mayBeCommitted?: boolean
}

/**
 * Committed, or to be given again later without having used an attempt. With `pause`, this consumer takes no
 * other job either until then: for trouble that every job would meet, such as a database that is away.
 */
export type Verdict = { done: BatchOutcome } | Retry

export interface LostJob {
  jobId: string
  /** What the job says outside of its payload; null when even that is unreadable. */
  entries: number | null
  reason: string
}

export interface JobHandlers {
  /**
   * Resolves after COMMIT, never before. What it throws costs an attempt and comes back after 1, 2, 4 … s.
   */
  process(job: BatchJob, meta: JobMeta): Promise<Verdict>
  /** A job whose payload cannot be read. It is kept as failed, for people to look at. */
  onUndecodable(job: LostJob): unknown
  /** A verdict asked for the job to be given again, or it was written by a newer release. */
  onRetry(jobId: string, reason: string): unknown
  pause(ms: number): unknown
  /** Called before BullMQ learns that the job is done. */
  onAwaited(jobId: string, outcome: BatchOutcome): unknown
}

const newerJobRetryMs = 30_000

/** Gives one job of BullMQ to `process` and does as its verdict says. */
export async function processJob(
  job: Job<string>,
  token: string | undefined,
  handlers: JobHandlers,
): Promise<BatchOutcome> {
  const { verdict, isAwaited } = await judge(job, handlers)
  if ('done' in verdict) {
    if (isAwaited) handlers.onAwaited(job.id ?? '', verdict.done)
    return verdict.done
  }
  if (verdict.pause) handlers.pause(verdict.retryInMs)
  if (verdict.mayBeCommitted) await job.updateProgress({ mayBeCommitted: true })
  await job.moveToDelayed(Date.now() + verdict.retryInMs, token)
  handlers.onRetry(job.id ?? '', verdict.reason)
  throw new DelayedError() // BullMQ's sign that the job was moved by hand: neither done nor failed
}

/** `isAwaited`: the sender of the batch may be waiting to hear of its outcome. */
async function judge(
  job: Job<string>,
  handlers: JobHandlers,
): Promise<{ verdict: Verdict; isAwaited: boolean }> {
  const jobId = job.id ?? '' // BullMQ's types; a job that was fetched has an id
  const meta = {
    jobId,
    attempt: job.attemptsMade + 1,
    attemptsMax: job.opts.attempts ?? 1,
    mayBeCommitted: isMarked(job),
  }
  let batch: BatchJob
  try {
    batch = decodeJob(job.data)
  } catch (err) {
    if (err instanceof NewerJob)
      return { verdict: { retryInMs: newerJobRetryMs, reason: 'newer_version' }, isAwaited: false }
    if (!(err instanceof UndecodableJob)) throw err
    await handlers.onUndecodable({ jobId, entries: entriesOf(job.data), reason: err.message })
    throw new UnrecoverableError(`undecodable: ${err.message}`)
  }
  const verdict = await handlers.process(batch, meta)
  return { verdict, isAwaited: batch.header.is_awaited !== false }
}

function isMarked({ progress }: Job): boolean {
  return typeof progress === 'object' && 'mayBeCommitted' in progress
}
