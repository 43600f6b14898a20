import { openBatchQueue } from '@logboom/queue'
import { createLogger } from '@logboom/service'
import { publishMessage, startTestRedis, until } from '@logboom/testing'
import { expect, test } from 'vitest'
import { openQueryApi } from '../query-fixture.ts'
import { openSse } from './follow-fixture.ts'

test(
  'agents are asked to hurry while somebody follows them, and Redis going away stops nobody',
  { timeout: 60_000 },
  async () => {
    const redis = await startTestRedis()
    const api = await openQueryApi({ REDIS_URL: redis.url })
    const agent = await api.createAgent()
    const queue = await openBatchQueue({
      url: redis.url,
      idempotencyTtlS: 60,
      allowUnsafeRedis: true,
      log: createLogger('test', { level: 'error' }),
    })
    const stream = await openSse(api, `/api/v1/agents/${agent.id}/logs/stream?namespace=one&pod_name=web*`)
    await stream.untilLive()
    const follow = await until(() => queue.findFollow(agent.id), { what: 'a mark' })
    expect(follow?.streams).toEqual([{ namespace: 'one', pod_name: 'web' }])
    await queue.close()
    await redis.stop()
    await api.store(agent.id, [{ message: 'without Redis', stream: { namespace: 'one', pod_name: 'web-1' } }])
    await stream.untilMessage('without Redis')
    const another = await openSse(api, `/api/v1/agents/${agent.id}/logs/stream?tail=1`)
    await another.untilLive()
    expect(another.messages()).toEqual(['without Redis'])
    await Promise.all([stream.close(), another.close()])
    await api.close()
  },
)

test('a commit that is heard of is given at once', async () => {
  const redis = await startTestRedis()
  const api = await openQueryApi({ REDIS_URL: redis.url })
  const agent = await api.createAgent()
  const stream = await openSse(api, `/api/v1/agents/${agent.id}/logs/stream`)
  await stream.untilLive()
  const tookMs: number[] = []
  for (let n = 0; n < 5; n += 1) {
    await api.store(agent.id, [{ message: `line ${n}` }])
    const startedMs = performance.now()
    await publishMessage(redis.url, 'logboom:commits', JSON.stringify([agent.id]))
    await stream.untilMessage(`line ${n}`)
    tookMs.push(performance.now() - startedMs)
  }
  expect(tookMs.toSorted((a, b) => a - b)[2]).toBeLessThan(500)
  await stream.close()
  await api.close()
  await redis.stop()
})
