import { createStreamCache, openDatabase, writeBatch } from '@logboom/db'
import type { Database } from '@logboom/db'
import { createLogger } from '@logboom/service'
import { insertAgent, jobOf, openTestDatabase } from '@logboom/testing'
import type { TestDatabase } from '@logboom/testing'
import { Writable } from 'node:stream'
import { Registry } from 'prom-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createMetrics } from './metrics.ts'
import { processBatch } from './process-batch.ts'
import type { ProcessDeps } from './process-batch.ts'

let database: TestDatabase
let db: Database
let agentId: string
const announced: (string | null)[] = []
const registry = new Registry()
const metrics = createMetrics(registry)
const log = createLogger('test', {
  level: 'error',
  destination: new Writable({ write: (_chunk, _encoding, done) => done() }),
})

beforeAll(async () => {
  database = await openTestDatabase()
  db = openDatabase({ url: database.url, applicationName: 'test' })
  agentId = await insertAgent(database.pool)
})

afterAll(async () => {
  await db.close()
  await database.close()
})

const firstOfTen = { jobId: 'job', attempt: 1, attemptsMax: 10, mayBeCommitted: false }

function depsOn(over: Database): ProcessDeps {
  const streams = createStreamCache()
  return {
    db: over,
    write: (job) => writeBatch(over, job, streams),
    metrics,
    log,
    announce: (_job, { committedThrough }) => announced.push(committedThrough?.batchId ?? null),
  }
}

describe('a batch', () => {
  test('is done after COMMIT, and announced', async () => {
    const job = jobOf({ agentId, messages: ['a', 'b'], instance: 'i', batchNumber: 1, batchId: 'first' })
    const verdict = await processBatch(job, firstOfTen, depsOn(db))
    expect(verdict).toMatchObject({ done: { stored: 2 } })
    expect(announced).toEqual(['first'])
  })

  test('waits, without using an attempt, and holds up the others, while PostgreSQL is away', async () => {
    const away = openDatabase({ url: 'postgresql://nobody@127.0.0.1:1/none', applicationName: 'test' })
    const verdict = await processBatch(jobOf({ agentId, messages: ['a'] }), firstOfTen, depsOn(away))
    await away.close()
    expect(verdict).toMatchObject({ reason: 'database_away', pause: true, mayBeCommitted: true })
  })
})

describe('a batch that cannot be written', () => {
  const broken = () => {
    const job = jobOf({ agentId, messages: ['a', 'b'] })
    // a stream that jsonb_to_recordset cannot read: no row of it is to blame
    const streams = job.header.streams.map((stream) => ({ ...stream, id: 'not a number' }))
    return { ...job, header: { ...job.header, streams } }
  }

  test('uses up an attempt', async () => {
    await expect(processBatch(broken(), firstOfTen, depsOn(db))).rejects.toThrow('not a number')
  })

  test('becomes dead letters when every attempt has failed: nothing is dropped', async () => {
    const verdict = await processBatch(broken(), { ...firstOfTen, attempt: 10 }, depsOn(db))
    expect(verdict).toMatchObject({ done: { stored: 0, dead_letter: 2 } })
    const { rows } = await database.pool.query('select reason from dead_letters')
    expect(rows).toHaveLength(2)
  })
})

describe('the fates of a batch', () => {
  const storedSoFar = async () => {
    const { values } = (await registry.getSingleMetric('logboom_entries_total')?.get()) ?? { values: [] }
    return values.find(({ labels }) => labels['fate'] === 'stored')?.value ?? 0
  }

  test('are counted once, however often it is delivered', async () => {
    const job = jobOf({ agentId, messages: ['a', 'b', 'c'] })
    const before = await storedSoFar()
    for (let delivery = 1; delivery <= 3; delivery += 1) await processBatch(job, firstOfTen, depsOn(db))
    expect(await storedSoFar()).toBe(before + 3)
  })

  test('are counted by the delivery that first hears of the COMMIT', async () => {
    const job = jobOf({ agentId, messages: ['a', 'b', 'c'] })
    await writeBatch(db, job, createStreamCache())
    const before = await storedSoFar()
    await processBatch(job, { ...firstOfTen, mayBeCommitted: true }, depsOn(db))
    expect(await storedSoFar()).toBe(before + 3)
  })
})
