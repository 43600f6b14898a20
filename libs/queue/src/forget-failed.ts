import { Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import { prefixOf, queueName } from './keys.ts'

const jobsAtOnce = 1_000

/**
 * Deletes jobs that failed for good longer ago than `afterMs`. They hold lines, and lines are gone when promised.
 * Returns how many.
 */
export async function forgetFailed(redis: Redis, shards: number, afterMs: number): Promise<number> {
  let forgotten = 0
  for (let shard = 0; shard < shards; shard += 1) {
    const queue = new Queue<string>(queueName, {
      connection: redis,
      prefix: prefixOf(shard),
      skipVersionCheck: true,
    })
    queue.on('error', () => undefined) // the caller gets the same error
    for (;;) {
      const ids = await queue.clean(afterMs, jobsAtOnce, 'failed')
      forgotten += ids.length
      if (ids.length < jobsAtOnce) break
    }
  }
  return forgotten
}
