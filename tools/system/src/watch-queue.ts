import { until } from '@logboom/servers'
import type { Redis } from 'ioredis'

const QUEUE = '{logs-0}:batches'

/** Jobs that a writer has taken and not finished: what is under way when it is killed. */
export function activeJobs(redis: Redis): Promise<number> {
  return redis.llen(`${QUEUE}:active`)
}

/** Jobs that are not done: waiting, running, or put off. */
export async function openJobs(redis: Redis): Promise<number> {
  const counts = await Promise.all([
    redis.llen(`${QUEUE}:wait`),
    redis.llen(`${QUEUE}:active`),
    redis.zcard(`${QUEUE}:delayed`),
  ])
  return counts.reduce((sum, count) => sum + count, 0)
}

/** Resolves when every job is done; fails when one was given up. */
export async function untilDrained(redis: Redis, timeoutMs = 60_000): Promise<void> {
  const isDrained = async () => (await openJobs(redis)) === 0
  await until(isDrained, { what: 'the queue to be empty', timeoutMs, intervalMs: 50 })
  const failed = await redis.zcard(`${QUEUE}:failed`)
  if (failed > 0) throw new Error(`${failed} jobs have failed for good`)
}
