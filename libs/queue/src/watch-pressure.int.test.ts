import { randomBytes } from 'node:crypto'
import { startTestRedis, until } from '@logboom/testing'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { batchJob, silentLog, stored } from './batch-job-fixture.ts'
import { openBatchConsumer } from './batch-consumer.ts'
import { openBatchQueue } from './batch-queue.ts'
import type { BatchQueue, BatchQueueOptions } from './batch-queue.ts'
import { readInfo } from './check-redis.ts'
import { encodeJob } from './job-codec.ts'
import { answerKey } from './keys.ts'

const maxBytes = 20 * 1024 * 1024

let server: Awaited<ReturnType<typeof startTestRedis>>
let redis: Redis
const closers: (() => Promise<void>)[] = []

beforeEach(async () => {
  server = await startTestRedis({ maxMemory: '20mb' })
  redis = new Redis(server.url)
})

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
  redis.disconnect()
  await server.stop()
})

async function usedBytes(): Promise<number> {
  return Number((await readInfo(redis, 'memory')).used_memory)
}

async function open(change: Partial<BatchQueueOptions> = {}): Promise<BatchQueue> {
  const queue = await openBatchQueue({ url: server.url, idempotencyTtlS: 3_600, log: silentLog, ...change })
  closers.push(() => queue.close())
  return queue
}

function consume(): { processed(): number } {
  let processed = 0
  const consumer = openBatchConsumer({
    url: server.url,
    concurrency: 2,
    process: async () => {
      processed += 1
      return { done: stored(1) }
    },
    onUndecodable: () => undefined,
    log: silentLog,
  })
  closers.push(() => consumer.close())
  return { processed: () => processed }
}

/** 90 kB in Redis: random bytes do not compress. */
function largeJob(key: string) {
  const job = batchJob({ key, rows: `${randomBytes(65_000).toString('latin1').replaceAll('\n', ' ')}\n` })
  return { jobId: job.header.job_id, data: encodeJob(job) }
}

/** Enqueues until the queue takes no more; returns how many it took. */
async function fill(queue: BatchQueue, name = ''): Promise<number> {
  for (let sent = 0; ; sent++) {
    const refusal = await queue.enqueue([largeJob(`${name} ${sent}`)]).catch((err: unknown) => err)
    if (!refusal) continue
    expect(refusal).toMatchObject({ name: 'QueueUnavailable', reason: 'memory' })
    return sent
  }
}

describe('a full Redis', () => {
  test('is filled to 60 % of its memory and no further, and drains when a consumer comes', async () => {
    const queue = await open()
    const sent = await fill(queue)
    expect(queue.pressure()).toMatchObject({ overloaded: true, reason: 'memory', retryAfterS: 5, maxBytes })
    const share = (await usedBytes()) / maxBytes
    expect(share).toBeGreaterThan(0.55)
    expect(share).toBeLessThan(0.62)

    const consumer = consume()
    await until(() => consumer.processed() === sent, { what: 'all jobs', timeoutMs: 10_000 })
    await until(() => !queue.pressure().overloaded, { what: 'the pressure to fall' })
    await queue.enqueue([largeJob('one more')])
    await until(() => consumer.processed() === sent + 1, { what: 'one more job' })
  })

  test('still drains when four replicas have filled it at once, eight requests each', async () => {
    const queues = await Promise.all(Array.from({ length: 4 }, () => open()))
    const fills = queues.flatMap((queue, i) => Array.from({ length: 8 }, (_, j) => fill(queue, `${i} ${j}`)))
    const sent = (await Promise.all(fills)).reduce((sum, count) => sum + count)
    expect((await usedBytes()) / maxBytes).toBeLessThan(0.9)
    const consumer = consume()
    await until(() => consumer.processed() === sent, { what: 'all jobs', timeoutMs: 10_000 })
  })

  test('refuses by itself what is sent all the same, and says that memory is the reason', async () => {
    const queue = await open({ memoryShareMax: 10 })
    expect(await fill(queue)).toBeGreaterThan(100)
  })

  test('makes answers live shorter before there is no room for batches', async () => {
    const queue = await open()
    const ttlOf = async (key: string) => {
      await queue.remember({ agentId: 'agent', key, bodyHash: 'body', answer: '{}' })
      return redis.ttl(answerKey('agent', key, 1))
    }
    expect(await ttlOf('early')).toBeGreaterThan(3_590)
    for (let i = 0; queue.pressure().usedBytes < 0.31 * maxBytes; i++) await queue.enqueue([largeJob(`${i}`)])
    expect(queue.pressure().overloaded).toBe(false)
    expect(await ttlOf('late')).toBeLessThanOrEqual(600)
  })
})

test('a queue is not filled beyond the given number of jobs', async () => {
  const queue = await open({ maxQueueJobs: 2 })
  await queue.enqueue([largeJob('1')])
  await queue.enqueue([largeJob('2')])
  await until(() => queue.pressure().reason === 'jobs', { what: 'the pressure' })
  consume()
  await until(() => !queue.pressure().overloaded, { what: 'the pressure to fall' })
})
