import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { startRedis } from '@logboom/servers'
import type { Server } from '@logboom/servers'
import { Redis } from 'ioredis'
import { inject } from 'vitest'
import './provided.ts'

export type TestRedis = {
  readonly url: string
  close(): Promise<void>
}

export type TestRedisOptions = {
  /** As in redis.conf; default `64mb`. Not for a Redis given by TEST_REDIS_URL. */
  maxMemory?: string
}

const DATABASES = 16

/**
 * An empty Redis for one test file, closed in `afterAll`. It is a server of its own (starts in 30 ms), so that pub/sub,
 * memory and faults of one file never reach another; only under TEST_REDIS_URL is it a database number of that server.
 * For faults (`kill`, `restart`) use `startTestRedis`.
 */
export async function openTestRedis(options: TestRedisOptions = {}): Promise<TestRedis> {
  const { redisUrl } = inject('servers')
  if (redisUrl !== null) return claimDatabase(redisUrl)
  const server = await startTestRedis(options)
  return { url: server.url, close: () => server.stop() }
}

/** A Redis server of one's own, even under TEST_REDIS_URL: to be frozen, killed, filled. Its data goes with the run. */
export function startTestRedis({ maxMemory = '64mb' }: TestRedisOptions = {}): Promise<Server> {
  const { dir } = inject('servers')
  return startRedis({ dataDir: join(dir, `redis-${randomBytes(6).toString('hex')}`), maxMemory })
}

async function claimDatabase(redisUrl: string): Promise<TestRedis> {
  const claimKey = 'logboom-test-claim'
  for (let number = 1; number < DATABASES; number++) {
    const url = new URL(redisUrl)
    url.pathname = `/${number}`
    const redis = new Redis(url.href)
    const claimed = await redis.set(claimKey, process.pid, 'EX', 600, 'NX')
    if (claimed) return { url: url.href, close: () => release(redis) }
    await redis.quit()
  }
  throw new Error(`all ${DATABASES - 1} databases of TEST_REDIS_URL are in use by other test files`)
}

async function release(redis: Redis): Promise<void> {
  await redis.flushdb()
  await redis.quit()
}
