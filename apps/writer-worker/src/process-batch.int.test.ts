import { createStreamCache, openDatabase } from '@logboom/db'
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

const firstOfTen = { jobId: 'job', attempt: 1, attemptsMax: 10 }

function depsOn(over: Database): ProcessDeps {
  return {
    db: over,
    streams: createStreamCache(),
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
    expect(verdict).toMatchObject({ reason: 'database_away', pause: true })
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

test('fates are counted once for each job that is done for good', async () => {
  metrics.completed({ stored: 3, duplicate: 1, expired: 0, agent_deleted: 0, dead_letter: 0 })
  const text = await registry.getSingleMetricAsString('logboom_entries_total')
  expect(text).toContain('fate="stored",reason=""} 3')
  expect(text).toContain('fate="duplicate",reason=""} 1')
})
