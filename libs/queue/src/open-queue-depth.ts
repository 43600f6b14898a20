import type { QueueDepth } from '@logboom/contracts'
import type { Redis } from 'ioredis'
import { connectRedis } from './connect-redis.ts'
import type { QueueLog } from './queue-log.ts'
import { producerOptions } from './redis-options.ts'
import { prefixOf, queueName } from './keys.ts'
import { within } from './within.ts'

export interface QueueDepthView {
  /** All shards together; null when Redis does not answer within a second. */
  read(): Promise<QueueDepth | null>
  close(): void
}

export interface QueueDepthOptions {
  url: string
  /** As the producers'. Default 1. */
  shards?: number
  log: QueueLog
}

const answerMs = 1_000

/** For those who only tell how full the queue is; returns at once, also when Redis is away. */
export function openQueueDepth({ url, shards = 1, log }: QueueDepthOptions): QueueDepthView {
  const redis = connectRedis(url, producerOptions, 'depth', log)
  const keys = Array.from({ length: shards }, (_, shard) => `${prefixOf(shard)}:${queueName}`)
  return {
    async read() {
      const shown = Promise.all(keys.map((key) => lookAt(redis, key)))
      const found = await within(
        answerMs,
        shown.catch(() => null),
      )
      return found && depthOf(found)
    },
    close: () => redis.disconnect(),
  }
}

interface ShardSight {
  waiting: number
  active: number
  failed: number
  /** When the jobs at the old end of each list were added, as far as they are still there. */
  addedMs: number[]
}

async function lookAt(redis: Redis, key: string): Promise<ShardSight> {
  const [wait, delayed, active, failed, ...oldest] = await Promise.all([
    redis.llen(`${key}:wait`),
    redis.zcard(`${key}:delayed`),
    redis.llen(`${key}:active`),
    redis.zcard(`${key}:failed`),
    redis.lindex(`${key}:wait`, -1),
    redis.lindex(`${key}:active`, -1),
    redis.zrange(`${key}:delayed`, '0', '0').then(([jobId = null]) => jobId),
  ])
  const times = await Promise.all(
    oldest.filter((jobId) => jobId !== null).map((jobId) => redis.hget(`${key}:${jobId}`, 'timestamp')),
  )
  return {
    waiting: wait + delayed,
    active,
    failed,
    addedMs: times.filter((time) => time !== null).map(Number),
  }
}

function depthOf(shards: readonly ShardSight[]): QueueDepth {
  const sumOf = (name: 'waiting' | 'active' | 'failed') => shards.reduce((sum, one) => sum + one[name], 0)
  const addedMs = shards.flatMap((one) => one.addedMs)
  const oldestMs = addedMs.length > 0 ? Date.now() - Math.min(...addedMs) : null
  return {
    waiting: sumOf('waiting'),
    active: sumOf('active'),
    failed: sumOf('failed'),
    oldest_seconds: oldestMs === null ? null : Math.max(0, oldestMs) / 1000,
  }
}
