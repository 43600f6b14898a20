import { startTestRedis, until } from '@logboom/testing'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { batchJob, silentLog, stored } from './batch-job-fixture.ts'
import { openBatchConsumer } from './batch-consumer.ts'
import { openBatchQueue } from './batch-queue.ts'
import type { BatchQueue } from './batch-queue.ts'
import { encodeJob } from './job-codec.ts'
import { QueueUnavailable } from './queue-errors.ts'

let server: Awaited<ReturnType<typeof startTestRedis>>

beforeAll(async () => {
  server = await startTestRedis()
})

afterAll(() => server.stop())

const request = {
  agentId: 'agent',
  bodyHash: 'body',
  instance: '',
  limits: { requests_per_minute: 1_000, request_burst: 1_000, max_instances: 1 },
}

let keys = 0

function newJob() {
  const job = batchJob({ key: `${keys++}` })
  return { jobId: job.header.job_id, data: encodeJob(job) }
}

const open = (change: { allowUnsafeRedis?: boolean; url?: string; startTimeoutMs?: number } = {}) =>
  openBatchQueue({ url: server.url, idempotencyTtlS: 60, log: silentLog, ...change })

/** What the work rejected with, and after how many milliseconds. */
async function failureOf(work: () => Promise<unknown>): Promise<{ error: unknown; ms: number }> {
  const startedMs = performance.now()
  const error = await work().then(
    () => null,
    (err: unknown) => err,
  )
  return { error, ms: performance.now() - startedMs }
}

/** Does `work` while Redis is frozen or dead, and brings it back. */
async function during(signal: 'SIGSTOP' | 'SIGKILL', work: () => Promise<unknown>): Promise<void> {
  await server.kill(signal)
  try {
    await work()
  } finally {
    if (signal === 'SIGSTOP') await server.kill('SIGCONT')
    else await server.restart()
  }
}

describe('a Redis that would lose logs is refused', () => {
  let redis: Redis
  beforeAll(() => (redis = new Redis(server.url)))
  afterAll(() => redis.disconnect())

  test.each([
    ['without a bound on its memory', 'maxmemory', '0', /maxmemory is not set/],
    ['that evicts', 'maxmemory-policy', 'allkeys-lru', /set it to noeviction/],
    ['without an append file', 'appendonly', 'no', /set appendonly yes/],
    ['that syncs now and then', 'appendfsync', 'everysec', /appendfsync is everysec: set it to always/],
  ])('%s', async (_, setting, value, message) => {
    const [, before = ''] = (await redis.config('GET', setting)) as string[]
    await redis.config('SET', setting, value)
    await expect(open()).rejects.toThrow(message)
    await redis.config('SET', setting, before)
    await (await open()).close()
  })

  test('unless only its durability is unknown and that was accepted', async () => {
    await redis.config('SET', 'appendfsync', 'everysec')
    const queue = await open({ allowUnsafeRedis: true })
    expect(queue.ready()).toBe(true)
    await queue.close()
    await redis.config('SET', 'appendfsync', 'always')
  })

  test('and so is one that is not there', async () => {
    const away = open({ url: 'redis://127.0.0.1:1', startTimeoutMs: 300 })
    await expect(away).rejects.toThrow(/did not become ready within 300 ms.*ECONNREFUSED/)
  })

  test('as is a wrong password', async () => {
    const url = new URL(server.url)
    url.password = 'wrong'
    await expect(open({ url: url.href, startTimeoutMs: 300 })).rejects.toThrow(/WRONGPASS/)
  })
})

describe('a producer', () => {
  let queue: BatchQueue

  afterEach(async () => {
    await queue.close()
  })

  test('refuses within two seconds while Redis is frozen, and goes on when it is back', async () => {
    queue = await open()
    await during('SIGSTOP', async () => {
      const [enqueued, admitted] = await Promise.all([
        failureOf(() => queue.enqueue([newJob()])),
        failureOf(() => queue.admit({ ...request, key: 'frozen' })),
      ])
      expect(enqueued.error).toBeInstanceOf(QueueUnavailable)
      expect(admitted.error).toBeInstanceOf(QueueUnavailable)
      expect(Math.max(enqueued.ms, admitted.ms)).toBeLessThan(2_000)
      await until(() => queue.pressure().overloaded, { what: 'the pressure' })
      expect(queue.pressure()).toMatchObject({ reason: 'redis_away', retryAfterS: 2 })
      expect(queue.ready()).toBe(false)
    })
    await until(() => queue.ready(), { what: 'the queue to be ready again' })
    await queue.enqueue([newJob()])
    expect(await queue.admit({ ...request, key: 'thawed' })).toMatchObject({ kind: 'admitted' })
  })

  test('refuses at once when Redis is dead, also what was under way, and goes on when it is back', async () => {
    queue = await open()
    await server.kill('SIGSTOP')
    const underWay = failureOf(() => queue.enqueue([newJob()]))
    await during('SIGKILL', async () => {
      expect((await underWay).error).toBeInstanceOf(QueueUnavailable)
      expect((await underWay).ms).toBeLessThan(900)
      const { error, ms } = await failureOf(() => queue.enqueue([newJob()]))
      expect(error).toBeInstanceOf(QueueUnavailable)
      expect(ms).toBeLessThan(200)
      expect(queue.pressure().reason).toBe('redis_away')
    })
    await until(() => queue.ready(), { what: 'the queue to be ready again' })
    await queue.enqueue([newJob()])
  })

  test('keeps what it has acknowledged when Redis is killed', async () => {
    queue = await open()
    const before = (await queue.counts())[0]?.waiting ?? 0
    await queue.enqueue([newJob(), newJob()])
    await during('SIGKILL', () => until(() => !queue.ready(), { what: 'Redis to be missed' }))
    await until(() => queue.ready(), { what: 'the queue to be ready again' })
    expect(await queue.counts()).toEqual([{ waiting: before + 2, active: 0, delayed: 0, failed: 0 }])
  })

  test('refuses jobs of several agents in one call', async () => {
    queue = await openBatchQueue({ url: server.url, shards: 64, idempotencyTtlS: 60, log: silentLog })
    const jobs = ['a', 'b', 'c', 'd'].map((agentId) => batchJob({ agentId }))
    const mixed = jobs.map((job) => ({ jobId: job.header.job_id, data: encodeJob(job) }))
    await expect(queue.enqueue(mixed)).rejects.toThrow(TypeError)
  })
})

describe('a consumer', () => {
  test.each(['SIGSTOP', 'SIGKILL'] as const)('goes on where it was after a %s of Redis', async (signal) => {
    const queue = await open()
    const seen: string[] = []
    const consumer = openBatchConsumer({
      url: server.url,
      concurrency: 1,
      process: async (_, { jobId }) => {
        seen.push(jobId)
        return { done: stored(1) }
      },
      onUndecodable: () => undefined,
      log: silentLog,
    })
    const first = newJob()
    await queue.enqueue([first])
    await until(() => seen.includes(first.jobId), { what: 'the first job' })
    await during(signal, () => until(() => !queue.ready(), { what: 'Redis to be missed' }))
    await until(() => queue.ready(), { what: 'the queue to be ready again' })
    const second = newJob()
    await queue.enqueue([second])
    await until(() => seen.includes(second.jobId), { what: 'the second job', timeoutMs: 10_000 })
    await Promise.all([queue.close(), consumer.close()])
  })
})

describe('closing never hangs', () => {
  test.each(['SIGSTOP', 'SIGKILL'] as const)('when Redis has got a %s', async (signal) => {
    const queue = await open()
    let taken = 0
    const consumer = openBatchConsumer({
      url: server.url,
      concurrency: 2,
      process: () => {
        taken += 1
        return new Promise(() => undefined)
      },
      onUndecodable: () => undefined,
      log: silentLog,
    })
    await queue.enqueue([newJob()])
    await until(() => taken > 0, { what: 'a running job' })
    const waiting = queue.outcome([newJob().jobId], 60_000)
    await during(signal, async () => {
      const startedMs = performance.now()
      await Promise.all([queue.close(), consumer.close(500)])
      expect(performance.now() - startedMs).toBeLessThan(2_000)
      expect(await waiting).toBeNull()
    })
  })
})
