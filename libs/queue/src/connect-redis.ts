import { Redis } from 'ioredis'
import type { RedisOptions } from 'ioredis'
import type { QueueLog } from './queue-log.ts'

/**
 * Opens a connection that reconnects until it is told to disconnect. `redis:` and `rediss:` (TLS) URLs, with
 * user, password and database number. Losing and finding Redis is logged once each, not once per attempt.
 */
export function connectRedis(url: string, options: RedisOptions, role: string, log: QueueLog): Redis {
  const redis = new Redis(url, { ...options, replyMapping: 'legacy', connectionName: `logboom-${role}` })
  logAvailability(redis, role, log)
  return redis
}

/** An ioredis client without an `error` listener prints every failed attempt by itself. */
function logAvailability(redis: Redis, role: string, log: QueueLog): void {
  let away = false
  let ended = false
  redis.on('error', (err: Error) => {
    if (away || ended) return
    away = true
    log.warn('redis is away', { connection: role, err })
  })
  redis.on('ready', () => {
    if (away) log.info('redis is back', { connection: role })
    away = false
  })
  redis.on('end', () => (ended = true))
}

/** Resolves when Redis has loaded its data and answers; rejects with the last error after `timeoutMs`. */
export async function waitForRedis(redis: Redis, timeoutMs: number): Promise<void> {
  if (redis.status === 'ready') return
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let last: Error | undefined
  const onError = (err: Error) => (last = err)
  const timer = setTimeout(() => {
    reject(
      new Error(`Redis did not become ready within ${timeoutMs} ms: ${last?.message ?? 'no answer'}`, {
        cause: last,
      }),
    )
  }, timeoutMs)
  redis.on('error', onError)
  redis.once('ready', resolve)
  try {
    await promise
  } finally {
    clearTimeout(timer)
    redis.off('error', onError)
    redis.off('ready', resolve)
  }
}
