import { openTestRedis, until } from '@logboom/testing'
import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { silentLog } from './batch-job-fixture.ts'
import { publishCommit, subscribeCommits } from './wake-ups.ts'

test('a commit wakes followers, who are also woken when they may have missed one', async () => {
  const server = await openTestRedis()
  const redis = new Redis(server.url)
  const woken: unknown[] = []
  const subscription = subscribeCommits(server.url, silentLog, (agentIds) => woken.push(agentIds))
  await until(() => subscription.ready(), { what: 'the subscription' })
  await publishCommit(redis, ['a', 'b'])
  await redis.publish('logboom:commits', 'not of ours')
  await until(() => woken.length === 3, { what: 'three wake-ups' })
  expect(woken).toEqual([null, ['a', 'b'], null])

  await redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
  await until(() => woken.length === 4, { what: 'the wake-up after a lost line' })
  expect(woken[3]).toBeNull()
  subscription.close()
  redis.disconnect()
  await server.close()
})
