import { Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import { prefixOf, queueName, shardOfJob } from './keys.ts'
import type { QueueLog } from './queue-log.ts'
import { unavailable } from './queue-errors.ts'

export interface QueueCounts {
  waiting: number
  active: number
  delayed: number
  failed: number
}

export interface ShardQueues {
  /** The queue of one agent's jobs. Throws a TypeError when they are of several. */
  queueOf(jobs: readonly { jobId: string }[]): Queue<string>
  counts(): Promise<QueueCounts[]>
  /** Jobs that are not done. */
  countOpen(): Promise<number>
}

/**
 * BullMQ's side of the producer, one queue per shard on one connection, which stays the caller's to close.
 */
export async function openShardQueues(redis: Redis, shards: number, log: QueueLog): Promise<ShardQueues> {
  const queues = Array.from({ length: shards }, (_, shard) => openQueue(redis, shard, log))
  await Promise.all(queues.map((queue) => queue.waitUntilReady()))

  async function counts(): Promise<QueueCounts[]> {
    try {
      return await Promise.all(queues.map(countJobs))
    } catch (err) {
      throw unavailable('the jobs could not be counted', err)
    }
  }

  return {
    counts,
    async countOpen() {
      return (await counts()).reduce(
        (sum, { waiting, active, delayed }) => sum + waiting + active + delayed,
        0,
      )
    },
    queueOf(jobs) {
      const [shard = 0, ...others] = new Set(jobs.map(({ jobId }) => shardOfJob(jobId, shards)))
      const queue = queues[shard]
      if (!queue || others.length > 0) throw new TypeError('the jobs are not of one agent')
      return queue
    },
  }
}

function openQueue(redis: Redis, shard: number, log: QueueLog): Queue<string> {
  const queue = new Queue<string>(queueName, {
    connection: redis,
    prefix: prefixOf(shard),
    skipVersionCheck: true,
    // Nobody reads the event stream; by default it grows to 10 000 events per shard.
    streams: { events: { maxLen: 100 } },
  })
  // Callers get the same error and say it.
  queue.on('error', (err) => log.debug('queue error', { shard, err }))
  return queue
}

async function countJobs(queue: Queue<string>): Promise<QueueCounts> {
  const found = await queue.getJobCounts('wait', 'active', 'delayed', 'failed')
  const { wait = 0, active = 0, delayed = 0, failed = 0 } = found
  return { waiting: wait, active, delayed, failed }
}
