import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { jobVersion } from '@logboom/contracts'
import { openTestRedis, until } from '@logboom/testing'
import type { TestRedis } from '@logboom/testing'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { batchJob, silentLog, stored } from './batch-job-fixture.ts'
import { openBatchConsumer } from './batch-consumer.ts'
import type { BatchConsumer, BatchConsumerOptions } from './batch-consumer.ts'
import { openBatchQueue } from './batch-queue.ts'
import type { BatchQueue } from './batch-queue.ts'
import { encodeJob } from './job-codec.ts'
import type { ConsumerEvent } from './open-worker.ts'
import type { JobMeta, LostJob } from './process-job.ts'

let server: TestRedis
let redis: Redis
let queue: BatchQueue
let consumer: BatchConsumer | undefined
let events: ConsumerEvent[]
let lost: LostJob[]

beforeAll(async () => {
  server = await openTestRedis()
  redis = new Redis(server.url)
  queue = await openBatchQueue({ url: server.url, idempotencyTtlS: 60, log: silentLog })
})

afterAll(async () => {
  await queue.close()
  redis.disconnect()
  await server.close()
})

beforeEach(async () => {
  await redis.flushdb()
  events = []
  lost = []
})

afterEach(async () => {
  await consumer?.close()
  consumer = undefined
})

type Process = BatchConsumerOptions['process']

function consume(process: Process, change: Partial<BatchConsumerOptions> = {}): BatchConsumer {
  consumer = openBatchConsumer({
    url: server.url,
    concurrency: 1,
    process,
    onUndecodable: (job) => lost.push(job),
    onEvent: (event) => events.push(event),
    log: silentLog,
    ...change,
  })
  return consumer
}

function newJob(key: string, part = 0, rows?: string) {
  const job = batchJob({ key, part, ...(rows !== undefined && { rows }) })
  return { jobId: job.header.job_id, data: encodeJob(job) }
}

const isEmpty = async () => {
  const counts = await queue.counts()
  return counts.every(({ waiting, active, delayed, failed }) => waiting + active + delayed + failed === 0)
}

const done = () => Promise.resolve({ done: stored(1) })

describe('a job', () => {
  test('arrives as it was sent and is gone when it is done', async () => {
    const job = batchJob({ rows: 'one\ntwo\n' })
    await queue.enqueue([{ jobId: job.header.job_id, data: encodeJob(job) }])
    const seen: unknown[] = []
    consume(async (batch, meta) => {
      seen.push([batch, meta])
      return { done: stored(2) }
    })
    await until(() => seen.length > 0, { what: 'the job' })
    await until(isEmpty, { what: 'an empty queue' })
    expect(seen).toEqual([
      [job, { jobId: job.header.job_id, attempt: 1, attemptsMax: 10, mayBeCommitted: false }],
    ])
    expect(await redis.keys(`*${job.header.job_id}`)).toEqual([`{logs-0}:o:${job.header.job_id}`])
  })

  test('that waits or runs is not added a second time', async () => {
    const runs: string[] = []
    const gate = Promise.withResolvers<void>()
    await queue.enqueue([newJob('once')])
    await queue.enqueue([newJob('once')])
    consume(async (_, { jobId }) => {
      runs.push(jobId)
      await gate.promise
      return { done: stored(1) }
    })
    await until(() => runs.length > 0, { what: 'the job to run' })
    await queue.enqueue([newJob('once')])
    gate.resolve()
    await until(isEmpty, { what: 'an empty queue' })
    expect(runs).toHaveLength(1)
  })

  test('comes back without having used an attempt when the verdict says so', async () => {
    const attempts: number[] = []
    await queue.enqueue([newJob('again')])
    consume(async (_, { attempt }) => {
      attempts.push(attempt)
      return attempts.length <= 12 ? { retryInMs: 1, reason: 'lost_race' } : { done: stored(1) }
    })
    await until(isEmpty, { what: 'an empty queue' })
    expect(attempts).toEqual(Array(13).fill(1))
    expect(events.filter(({ kind, reason }) => kind === 'retried' && reason === 'lost_race')).toHaveLength(12)
  })

  test('uses an attempt when processing throws', async () => {
    const metas: JobMeta[] = []
    await queue.enqueue([newJob('throws')])
    consume(async (_, meta) => {
      metas.push(meta)
      if (meta.attempt === 1) throw new Error('bad row')
      return { done: stored(1) }
    })
    await until(isEmpty, { what: 'an empty queue' })
    expect(metas.map(({ attempt }) => attempt)).toEqual([1, 2])
    expect(events).toMatchObject([{ kind: 'attempt_failed', reason: 'bad row' }])
  })

  test('is taken from every shard', async () => {
    const sharded = await openBatchQueue({ url: server.url, shards: 4, idempotencyTtlS: 60, log: silentLog })
    const jobs = Array.from({ length: 20 }, (_, i) => batchJob({ agentId: `agent ${i}` }))
    for (const job of jobs) await sharded.enqueue([{ jobId: job.header.job_id, data: encodeJob(job) }])
    expect((await sharded.counts()).every(({ waiting }) => waiting > 0)).toBe(true)
    const seen = new Set<string>()
    consume(
      async ({ header }) => {
        seen.add(header.agent_id)
        return { done: stored(1) }
      },
      { shards: 4, concurrency: 4 },
    )
    await until(() => seen.size === 20, { what: 'all jobs' })
    await sharded.close()
  })
})

test('a job whose COMMIT may not have been heard of is given again with that mark, and no other is', async () => {
  const marks: boolean[] = []
  consume(async (_job, { mayBeCommitted }) => {
    marks.push(mayBeCommitted)
    if (marks.length === 1) return { retryInMs: 10, reason: 'lost_race' }
    if (marks.length === 2) return { retryInMs: 10, reason: 'database_away', mayBeCommitted: true }
    return { done: stored(1) }
  })
  await queue.enqueue([newJob('unheard')])
  await until(() => marks.length === 3 && isEmpty(), { what: 'the job to be done' })
  expect(marks).toEqual([false, false, true])
})

describe('a job that cannot be decoded', () => {
  const broken = { jobId: batchJob({ key: 'broken' }).header.job_id, data: '1:250:garbage' }

  test('is told of once, kept as failed, and runs when it is sent again whole', async () => {
    const seen: string[] = []
    consume(async ({ rows }) => {
      seen.push(rows.toString())
      return { done: stored(1) }
    })
    await queue.enqueue([broken])
    await until(async () => (await queue.counts())[0]?.failed === 1, { what: 'the failed job' })
    expect(lost).toEqual([{ jobId: broken.jobId, entries: 250, reason: 'the payload does not decompress' }])
    expect(events).toMatchObject([{ kind: 'failed', jobId: broken.jobId }])
    await Promise.all([queue.enqueue([newJob('broken')]), queue.enqueue([newJob('broken')])])
    await until(isEmpty, { what: 'an empty queue' })
    expect(seen).toEqual(['a line\n'])
  })

  test('is forgotten when its lines would have expired, and not before', async () => {
    const consumer = consume(done)
    await queue.enqueue([broken])
    await until(async () => (await queue.counts())[0]?.failed === 1, { what: 'the failed job' })
    expect(await consumer.forgetFailed(60_000)).toBe(0)
    await until(async () => (await consumer.forgetFailed(1)) === 1, { what: 'the job to be old enough' })
    expect((await queue.counts())[0]?.failed).toBe(0)
  })

  test('because it is of a newer release waits for a newer writer', async () => {
    consume(done)
    await queue.enqueue([{ ...broken, data: newJob('broken').data.replace('1:', `${jobVersion + 1}:`) }])
    await until(async () => (await queue.counts())[0]?.delayed === 1, { what: 'the delayed job' })
    expect(lost).toEqual([])
    expect(events).toMatchObject([{ kind: 'retried', reason: 'newer_version' }])
  })
})

describe('a pause', () => {
  test('asked for by a verdict keeps every other job waiting, without using attempts', async () => {
    const seen: { key: string; attempt: number; atMs: number }[] = []
    await queue.enqueue([newJob('1'), newJob('2'), newJob('3')])
    consume(async ({ header }, { attempt }) => {
      seen.push({ key: header.batch_id, attempt, atMs: performance.now() })
      return seen.length === 1
        ? { retryInMs: 300, reason: 'database_away', pause: true }
        : { done: stored(1) }
    })
    await until(isEmpty, { what: 'an empty queue' })
    expect(seen.map(({ attempt }) => attempt)).toEqual([1, 1, 1, 1])
    expect((seen[1]?.atMs ?? 0) - (seen[0]?.atMs ?? 0)).toBeGreaterThan(290)
  })
})

describe('an outcome', () => {
  const jobs = [newJob('parts', 0, 'a\nb\n'), newJob('parts', 1, 'c\n')]
  const ids = jobs.map(({ jobId }) => jobId)
  const count: Process = async ({ header }) => ({ done: stored(header.entries) })

  test('is the sum of all parts, for those who asked before', async () => {
    const asked = queue.outcome(ids, 5_000)
    await queue.enqueue(jobs)
    consume(count)
    expect(await asked).toEqual(stored(3))
  })

  test('is there for those who ask afterwards', async () => {
    await queue.enqueue(jobs)
    consume(count)
    await until(isEmpty, { what: 'an empty queue' })
    expect(await queue.outcome(ids, 1_000)).toEqual(stored(3))
  })

  test('is not kept where nobody waits for it', async () => {
    const { header, rows } = batchJob({ key: 'unheard' })
    const data = encodeJob({ header: { ...header, is_awaited: false }, rows })
    await queue.enqueue([{ jobId: header.job_id, data }])
    consume(count)
    await until(isEmpty, { what: 'an empty queue' })
    expect(await queue.outcome([header.job_id], 50)).toBeNull()
  })

  test('is null while a part is missing', async () => {
    await queue.enqueue(jobs.slice(1))
    consume(count)
    await until(isEmpty, { what: 'an empty queue' })
    expect(await queue.outcome(ids, 50)).toBeNull()
  })
})

describe('a writer that is killed', () => {
  test('any number of times leaves its job to another one, with all attempts', async () => {
    const { jobId, data } = newJob('survivor')
    await queue.enqueue([{ jobId, data }])
    for (let kill = 0; kill < 2; kill++) {
      const writer = spawn(process.execPath, [`${import.meta.dirname}/hold-job-fixture.ts`, server.url])
      const [held] = await once(writer.stdout, 'data')
      expect(String(held).trim()).toBe(jobId)
      writer.kill('SIGKILL')
      await once(writer, 'exit')
    }
    const metas: JobMeta[] = []
    consume(
      async (_, meta) => {
        metas.push(meta)
        return { done: stored(1) }
      },
      { lockMs: 500, stalledMs: 200 },
    )
    await until(isEmpty, { what: 'an empty queue', timeoutMs: 10_000 })
    expect(metas).toEqual([{ jobId, attempt: 1, attemptsMax: 10, mayBeCommitted: false }])
    expect(events).toMatchObject([{ kind: 'stalled', jobId }])
  })
})
