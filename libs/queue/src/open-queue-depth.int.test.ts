import { openTestRedis, startTestRedis, until } from '@logboom/testing'
import type { TestRedis } from '@logboom/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { batchJob, silentLog, stored } from './batch-job-fixture.ts'
import { openBatchConsumer } from './batch-consumer.ts'
import { openBatchQueue } from './batch-queue.ts'
import type { BatchQueue } from './batch-queue.ts'
import { encodeJob } from './job-codec.ts'
import { openQueueDepth } from './open-queue-depth.ts'
import type { QueueDepthView } from './open-queue-depth.ts'

const shards = 2
let server: TestRedis
let queue: BatchQueue
let view: QueueDepthView

beforeAll(async () => {
  server = await openTestRedis()
  queue = await openBatchQueue({ url: server.url, shards, idempotencyTtlS: 3_600, log: silentLog })
  view = openQueueDepth({ url: server.url, shards, log: silentLog })
  await until(async () => (await view.read()) !== null, { what: 'Redis' })
})
afterAll(async () => {
  view.close()
  await queue.close()
  await server.close()
})

async function add(agentId: string): Promise<void> {
  const job = batchJob({ agentId })
  await queue.enqueue([{ jobId: job.header.job_id, data: encodeJob(job) }])
}

test('it tells of all shards what waits, what is being written, and since when', async () => {
  const nothing = { waiting: 0, active: 0, failed: 0, oldest_seconds: null }
  expect(await view.read()).toEqual(nothing)
  const agents = ['a', 'b', 'c', 'd', 'e']
  for (const agent of agents) await add(agent)
  expect(await view.read()).toMatchObject({ waiting: 5, active: 0 })
  await until(async () => ((await view.read())?.oldest_seconds ?? 0) > 0.1, {
    what: 'a job that is a while old',
  })

  const release = Promise.withResolvers<void>()
  const consumer = openBatchConsumer({
    url: server.url,
    shards,
    concurrency: 1,
    process: async () => {
      await release.promise
      return { done: stored(1) }
    },
    onUndecodable: () => undefined,
    log: silentLog,
  })
  await until(async () => (await view.read())?.active === shards, { what: 'a job of each shard under way' })
  expect(await view.read()).toMatchObject({ waiting: agents.length - shards })
  expect((await view.read())?.oldest_seconds).toBeGreaterThan(0.1)
  release.resolve()
  await until(async () => (await view.read())?.active === 0, { what: 'all jobs done' })
  expect(await view.read()).toEqual(nothing)
  await consumer.close()
})

test('without a Redis it opens all the same, and says at once that it does not know', async () => {
  const gone = await startTestRedis()
  const blind = openQueueDepth({ url: gone.url, log: silentLog })
  await until(async () => (await blind.read()) !== null, { what: 'Redis' })
  await gone.stop()
  await until(async () => (await blind.read()) === null, { what: 'that Redis is away' })
  const startedMs = performance.now()
  expect(await blind.read()).toBeNull()
  expect(performance.now() - startedMs).toBeLessThan(1_500)
  blind.close()
})
