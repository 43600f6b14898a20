import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { openTestRedis } from './open-test-redis.ts'

test('two of them share nothing, be it keys or messages', async () => {
  const [one, other] = await Promise.all([openTestRedis(), openTestRedis()])
  const [writer, reader] = [new Redis(one.url), new Redis(other.url)]
  await writer.set('key', 'here')
  expect(await reader.get('key')).toBeNull()
  await reader.subscribe('channel')
  expect(await writer.publish('channel', 'message')).toBe(0)
  await Promise.all([writer.quit(), reader.quit()])
  await Promise.all([one.close(), other.close()])
})

test('it is bounded and never evicts, as in production', async () => {
  const { url, close } = await openTestRedis({ maxMemory: '16mb' })
  const redis = new Redis(url)
  const info = await redis.info('memory')
  expect(info).toContain('maxmemory:16777216')
  expect(info).toContain('maxmemory_policy:noeviction')
  await redis.quit()
  await close()
})
