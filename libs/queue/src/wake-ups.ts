import type { Redis } from 'ioredis'
import { connectRedis } from './connect-redis.ts'
import type { QueueLog } from './queue-log.ts'
import { consumerOptions } from './redis-options.ts'

const channel = 'logboom:commits'

/** Told after each commit; null when commits may have been missed, so that everybody should look. */
export type OnWake = (agentIds: readonly string[] | null) => void

export interface CommitSubscription {
  /** Whether commits are heard now. */
  ready(): boolean
  close(): void
}

/**
 * Says that entries of these agents were committed. At most once by design: listeners look by themselves too.
 */
export async function publishCommit(redis: Redis, agentIds: readonly string[]): Promise<void> {
  await redis.publish(channel, JSON.stringify(agentIds))
}

/** Listens for commits, from now on and whenever Redis is there; returns at once, also when it is away. */
export function subscribeCommits(url: string, log: QueueLog, onWake: OnWake): CommitSubscription {
  const redis = connectRedis(url, { ...consumerOptions, autoResubscribe: false }, 'commits', log)
  let subscribed = false
  redis.on('message', (_channel: string, message: string) => onWake(agentIdsOf(message)))
  redis.on('close', () => (subscribed = false))
  redis.on('ready', () => {
    redis.subscribe(channel).then(
      () => {
        subscribed = true
        onWake(null)
      },
      () => redis.disconnect(true), // lost again at once: the next `ready` subscribes
    )
  })
  return { ready: () => subscribed, close: () => redis.disconnect() }
}

function agentIdsOf(message: string): readonly string[] | null {
  try {
    const ids: unknown = JSON.parse(message)
    return Array.isArray(ids) && ids.every((id) => typeof id === 'string') ? ids : null
  } catch {
    return null
  }
}
