import { randomUUID } from 'node:crypto'
import { decodeTuple, encodeFields, splitTuples, textJobVersion } from '@logboom/contracts'
import type { BatchJob } from '@logboom/contracts'
import { expiredUs, insertAgent, jobOf, openTestDatabase } from '@logboom/testing'
import type { TestDatabase } from '@logboom/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase } from './open-database.ts'
import type { Database } from './open-database.ts'
import { createRepeaters } from './repeaters.ts'
import { createStreamCache } from './stream-cache.ts'
import { writeBatch, writeBatches } from './write-batches.ts'
import type { WriteResult } from './write-batches.ts'

let test: TestDatabase
let db: Database
let agents: string[] = []

beforeAll(async () => {
  test = await openTestDatabase()
  db = openDatabase({ url: test.url, applicationName: 'test' })
})

afterAll(async () => {
  await db.close()
  await test.close()
})

beforeEach(async () => {
  await db.pool.query('truncate agents, agent_logs, log_count_deltas, write_log cascade')
  agents = [await insertAgent(db.pool), await insertAgent(db.pool)]
})

const [one, other] = [() => agents[0] ?? '', () => agents[1] ?? '']
const write = (jobs: BatchJob[]) => writeBatches(db, jobs, createStreamCache())
const outcomes = (results: WriteResult[]) =>
  results.map((result) => (result.status === 'fulfilled' ? result.value.outcome : result.reason))
const stored = (rows: number) => ({ ...noFates, stored: rows })
const noFates = { stored: 0, duplicate: 0, expired: 0, agent_deleted: 0, dead_letter: 0 }

async function tables(): Promise<{ messages: string[]; counted: number; transactions: number }> {
  const { rows } = await db.pool.query(`
    select (select array_agg(message order by message) from agent_logs) as messages,
      (select sum(rows)::int from log_count_deltas) as counted,
      (select count(distinct xid::text)::int from write_log) as transactions`)
  return rows[0]
}

describe('jobs that are written together', () => {
  it('are stored and counted in one transaction, also those of one stream', async () => {
    const jobs = [
      jobOf({ agentId: one(), messages: ['a', 'b'], stream: { labels: { app: 'web' } } }),
      jobOf({ agentId: one(), messages: ['c'] }),
      jobOf({ agentId: other(), messages: ['d'], stream: { id: '43' } }),
    ]
    expect(outcomes(await write(jobs))).toEqual([stored(2), stored(1), stored(1)])
    expect(await tables()).toEqual({ messages: ['a', 'b', 'c', 'd'], counted: 4, transactions: 1 })
    const { rows } = await db.pool.query('select id, labels from log_streams order by id')
    expect(rows).toEqual([
      { id: '42', labels: { app: 'web' } },
      { id: '43', labels: {} },
    ])
  })

  it('each meet the fate that is theirs', async () => {
    const deleted = await insertAgent(db.pool)
    const before = jobOf({ agentId: one(), messages: ['before'] })
    await writeBatch(db, before, createStreamCache())
    await db.pool.query('update agents set deleted_at = now() where id = $1', [deleted])
    const results = await write([
      before,
      jobOf({ agentId: deleted, messages: ['gone', 'gone too'] }),
      jobOf({ agentId: other(), messages: ['old'], createdUs: expiredUs() }),
      jobOf({ agentId: other(), messages: [], instance: 'i', batchNumber: 1, batchId: 'first' }),
      jobOf({ agentId: other(), messages: ['new'], instance: 'i', batchNumber: 2, batchId: 'second' }),
    ])
    expect(outcomes(results)).toEqual([
      stored(1),
      { ...noFates, agent_deleted: 2 },
      { ...noFates, expired: 1 },
      noFates,
      stored(1),
    ])
    const [first, , , , last] = results.map((result) => (result.status === 'fulfilled' ? result.value : null))
    expect(first?.isNew).toBe(false)
    expect(last?.committedThrough?.batchId).toBe('second')
    expect(await tables()).toMatchObject({ messages: ['before', 'new'], counted: 2 })
  })

  it('do not suffer from one that has rows which are there already, or which PostgreSQL refuses', async () => {
    const ids = [randomUUID(), randomUUID()]
    const createdUs = Date.now() * 1000
    await writeBatch(db, jobOf({ agentId: one(), createdUs, ids, messages: ['a', 'b'] }), createStreamCache())
    const results = await write([
      jobOf({ agentId: other(), messages: ['c'] }),
      jobOf({ agentId: one(), createdUs, ids: [ids[0] ?? '', randomUUID()], messages: ['a', 'x'] }),
      jobOf({ agentId: other(), messages: ['poison', 'd'], attributes: { 0: '{broken' } }),
    ])
    expect(outcomes(results)).toEqual([
      stored(1),
      { ...noFates, stored: 1, duplicate: 1 },
      { ...noFates, stored: 1, dead_letter: 1 },
    ])
    expect(await tables()).toMatchObject({ messages: ['a', 'b', 'c', 'd', 'x'], counted: 5 })
  })

  it('are compared with what is there from then on where an agent repeats itself, and only there', async () => {
    let nowMs = 0
    const repeaters = createRepeaters(() => nowMs)
    const createdUs = Date.now() * 1000
    const known = randomUUID()
    const repeating = (...fresh: string[]) =>
      jobOf({
        agentId: one(),
        createdUs,
        ids: [known, ...fresh.map(() => randomUUID())],
        messages: ['a', ...fresh],
      })
    const streams = createStreamCache()
    await writeBatch(db, repeating('first'), streams)
    for (const [round, fresh] of ['b', 'c'].entries()) {
      const jobs = [repeating(fresh), jobOf({ agentId: other(), messages: [`other ${round}`] })]
      const results = await writeBatches(db, jobs, streams, repeaters)
      expect(outcomes(results)).toEqual([{ ...noFates, stored: 1, duplicate: 1 }, stored(1)])
      expect([repeaters.has(one()), repeaters.has(other())]).toEqual([true, false])
    }
    expect(await tables()).toMatchObject({
      messages: ['a', 'b', 'c', 'first', 'other 0', 'other 1'],
      counted: 6,
    })
    nowMs = 60_001
    expect(repeaters.has(one())).toBe(false)
  })

  it('are stored once when a new one comes twice in a group', async () => {
    const job = jobOf({ agentId: one(), messages: ['a'] })
    const results = await write([job, job, jobOf({ agentId: other(), messages: ['b'] })])
    expect(outcomes(results)).toEqual([stored(1), stored(1), stored(1)])
    expect(await tables()).toMatchObject({ messages: ['a', 'b'], counted: 2 })
  })

  it('are each stored once when two writers have them in another order', async () => {
    const jobs = Array.from({ length: 6 }, (_, n) =>
      jobOf({ agentId: one(), messages: [`${n}`], instance: `${n % 2}`, batchNumber: 1 + Math.floor(n / 2) }),
    )
    const both = await Promise.all([write(jobs), write(jobs.toReversed())])
    const raced = both.flat().filter((result) => result.status === 'rejected')
    for (const { reason } of raced) expect(reason.code).toBe('40P01')
    expect(outcomes(await write(jobs))).toEqual(jobs.map(() => stored(1)))
    expect(await tables()).toMatchObject({ messages: ['0', '1', '2', '3', '4', '5'], counted: 6 })
  })

  it('may be of the version before, whose rows are lines of text', async () => {
    const job = jobOf({ agentId: one(), messages: ['tab\tand\\N', 'b'] })
    const lines = splitTuples(job.rows).map((tuple) => `${encodeFields(decodeTuple(tuple))}\n`)
    const old = { header: { ...job.header, v: textJobVersion }, rows: Buffer.from(lines.join('')) }
    const results = await write([old, jobOf({ agentId: other(), messages: ['new'] })])
    expect(outcomes(results)).toEqual([stored(2), stored(1)])
    const again = { ...old, header: { ...old.header, job_id: 'another job' } }
    expect(outcomes(await write([again]))).toEqual([{ ...noFates, duplicate: 2 }])
    expect((await tables()).messages).toEqual(['b', 'new', 'tab\tand\\N'])
  })
})
