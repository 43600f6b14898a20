import type { Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import { QueueUnavailable, unavailable } from './queue-errors.ts'
import type { PressureWatch } from './watch-pressure.ts'
import { within } from './within.ts'

export interface NewJob {
  jobId: string
  /** From `encodeJob`. */
  data: string
}

/**
 * The writer dead-letters a batch on its last attempt, so that a job which fails is a fault of ours and is
 * kept.
 */
const jobOptions = {
  attempts: 10,
  backoff: { type: 'exponential', delay: 1_000, jitter: 0.5 },
  removeOnComplete: true,
  removeOnFail: false,
  stackTraceLimit: 1,
}

const enqueueTimeoutMs = 1_800

/**
 * Adds the parts of one batch in one round trip. A part that waits, runs or has been done is left alone; one
 * that failed is tried again. Throws `QueueUnavailable` within 2 s; parts may have been added then, and a
 * repeat is harmless.
 */
export async function enqueue(
  queue: Queue<string>,
  redis: Redis,
  watch: Pick<PressureWatch, 'sending'>,
  jobs: readonly NewJob[],
): Promise<void> {
  const bytes = jobs.reduce((sum, { data }) => sum + data.length, 0)
  const added = watch
    .sending(bytes, () => addAll(queue, redis, jobs))
    .then(
      () => true,
      (err: unknown) => {
        throw unavailable('the batch could not be queued', err)
      },
    )
  if (await within(enqueueTimeoutMs, added)) return
  throw new QueueUnavailable(`Redis took more than ${enqueueTimeoutMs} ms to queue the batch`, 'redis_away')
}

async function addAll(queue: Queue<string>, redis: Redis, jobs: readonly NewJob[]): Promise<void> {
  const failedKey = queue.toKey('failed')
  const [, failedSince] = await Promise.all([
    queue.addBulk(jobs.map(({ jobId, data }) => ({ name: 'batch', data, opts: { ...jobOptions, jobId } }))),
    redis.zmscore(failedKey, ...jobs.map(({ jobId }) => jobId)),
  ])
  const failed = jobs.filter((_, index) => failedSince[index] !== null)
  for (const job of failed) await retryFailed(queue, redis, failedKey, job)
}

/**
 * Replaces the data first, as it may be the reason of the failure; killed in between, the job is still there.
 */
async function retryFailed(
  queue: Queue<string>,
  redis: Redis,
  failedKey: string,
  { jobId, data }: NewJob,
): Promise<void> {
  const job = await queue.getJob(jobId)
  await job?.updateData(data)
  try {
    await job?.retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true })
  } catch (err) {
    // Of two repeats at once, the other one was faster: the job is no longer among the failed.
    if ((await redis.zscore(failedKey, jobId)) !== null) throw err
  }
}
