import { randomUUID } from 'node:crypto'
import { expiredUs, insertAgent, jobOf, openTestDatabase, until } from '@logboom/testing'
import type { TestDatabase } from '@logboom/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { openDatabase } from './open-database.ts'
import type { Database } from './open-database.ts'
import { createStreamCache } from './stream-cache.ts'
import { writeBatch } from './write-batches.ts'

let test: TestDatabase
let db: Database
let agentId: string
let streams = createStreamCache()

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
  agentId = await insertAgent(db.pool)
  streams = createStreamCache()
})

const noFates = { stored: 0, duplicate: 0, expired: 0, agent_deleted: 0, dead_letter: 0 }

async function messages(): Promise<string[]> {
  const { rows } = await db.pool.query<{ message: string }>('select message from agent_logs order by message')
  return rows.map((row) => row.message)
}

async function counted(): Promise<number> {
  const { rows } = await db.pool.query<{ rows: number }>(
    'select coalesce(sum(rows), 0)::int as rows from log_count_deltas',
  )
  return rows[0]?.rows ?? -1
}

describe('exactly once', () => {
  it('stores every line of a batch, makes the partition it needs, and counts what it stored', async () => {
    const written = await writeBatch(db, jobOf({ agentId, messages: ['a', 'b', 'c'] }), streams)
    expect(written).toEqual({ outcome: { ...noFates, stored: 3 }, isNew: true, committedThrough: null })
    expect(await messages()).toEqual(['a', 'b', 'c'])
    expect(await counted()).toBe(3)
  })

  it('makes every partition that late lines need, also where many lie in one minute', async () => {
    await db.pool.query('update retention_classes set partition_seconds = 10')
    const createdUs = Date.now() * 1000 - 7_200e6
    const lines = [0, 25, 50].map((second) =>
      jobOf({ agentId, createdUs: createdUs + second * 1e6, messages: [`${second}`] }),
    )
    const header = lines[0]?.header
    if (!header) throw new Error('no job')
    const late = {
      header: { ...header, entries: 3, counts: lines.flatMap((job) => job.header.counts) },
      rows: Buffer.concat(lines.map((job) => job.rows)),
    }
    expect((await writeBatch(db, late, streams)).outcome).toEqual({ ...noFates, stored: 3 })
  })

  it('stores nothing again when a job is redelivered after its COMMIT, and says what the first delivery did', async () => {
    const job = jobOf({ agentId, messages: ['a', 'b'] })
    await writeBatch(db, job, streams)
    const again = await writeBatch(db, job, createStreamCache())
    expect(again).toMatchObject({ outcome: { stored: 2, duplicate: 0 }, isNew: false })
    expect(await messages()).toEqual(['a', 'b'])
    expect(await counted()).toBe(2)
  })

  it('stores a job once when two writers have it at the same time', async () => {
    const job = jobOf({ agentId, messages: ['a', 'b'] })
    const both = await Promise.all([writeBatch(db, job, streams), writeBatch(db, job, createStreamCache())])
    expect(both.filter((written) => written.isNew)).toHaveLength(1)
    expect(await messages()).toEqual(['a', 'b'])
  })

  it('leaves out the rows that another batch brought, and counts only the others', async () => {
    const createdUs = Date.now() * 1000
    const ids = [randomUUID(), randomUUID(), randomUUID()]
    await writeBatch(db, jobOf({ agentId, createdUs, ids, messages: ['a', 'b', 'c'] }), streams)
    const overlap = jobOf({
      agentId,
      createdUs,
      ids: [ids[0] ?? '', randomUUID(), ids[2] ?? ''],
      messages: ['a', 'x', 'c'],
    })
    const written = await writeBatch(db, overlap, streams)
    expect(written.outcome).toEqual({ ...noFates, stored: 1, duplicate: 2 })
    expect(await messages()).toEqual(['a', 'b', 'c', 'x'])
    expect(await counted()).toBe(4)
  })

  it('stores one of two equal rows of the same batch', async () => {
    const id = randomUUID()
    const job = jobOf({ agentId, ids: [id], messages: ['a'] })
    const twice = { header: { ...job.header, entries: 2 }, rows: Buffer.concat([job.rows, job.rows]) }
    expect((await writeBatch(db, twice, streams)).outcome).toEqual({ ...noFates, stored: 1, duplicate: 1 })
    expect(await counted()).toBe(1)
  })
})

describe('what cannot be stored', () => {
  it('makes dead letters of the rows that PostgreSQL refuses and stores all others', async () => {
    const messages20 = Array.from({ length: 20 }, (_, index) => `line ${index}`)
    const job = jobOf({ agentId, messages: messages20, attributes: { 7: '{broken', 13: '{broken' } })
    const written = await writeBatch(db, job, streams)
    expect(written.outcome).toEqual({ ...noFates, stored: 18, dead_letter: 2 })
    const { rows } = await db.pool.query(
      'select reason, detail, stream, row_text from dead_letters order by row_text',
    )
    expect(rows).toHaveLength(2)
    expect(rows[0]).toMatchObject({ reason: 'sqlstate_22P02', stream: { pod_name: 'web-1' } })
    expect(await messages()).toHaveLength(18)
    expect(await counted()).toBe(18)
  })

  it('stores nothing for an agent that was deleted, and counts it', async () => {
    await db.pool.query('update agents set deleted_at = now()')
    const written = await writeBatch(db, jobOf({ agentId, messages: ['a'] }), streams)
    expect(written.outcome).toEqual({ ...noFates, agent_deleted: 1 })
    expect(await messages()).toEqual([])
  })

  it('stores nothing of a batch that expired while it waited, and counts it', async () => {
    const written = await writeBatch(
      db,
      jobOf({ agentId, createdUs: expiredUs(), messages: ['a', 'b'] }),
      streams,
    )
    expect(written.outcome).toEqual({ ...noFates, expired: 2 })
    expect(await messages()).toEqual([])
  })

  it('keeps all or nothing when the connection breaks before COMMIT', async () => {
    const blocker = await db.pool.connect()
    await blocker.query('begin; lock table log_count_deltas in access exclusive mode')
    const writing = writeBatch(db, jobOf({ agentId, messages: ['a'] }), streams).catch(
      (error: unknown) => error,
    )
    await endBlockedSession(db)
    await blocker.query('rollback')
    blocker.release()
    expect(await writing).toBeInstanceOf(Error)
    expect(await messages()).toEqual([])
    expect((await db.pool.query('select 1 from write_log')).rowCount).toBe(0)
  })
})

/** Kills the session that waits for the lock on log_count_deltas, as a crash would. */
async function endBlockedSession({ pool }: Database): Promise<void> {
  await until(
    async () => {
      const { rowCount } = await pool.query(`
        select pg_terminate_backend(pid) from pg_stat_activity
        where wait_event_type = 'Lock' and query like '%log_count_deltas%' and pid <> pg_backend_pid()`)
      return (rowCount ?? 0) > 0
    },
    { what: 'the writer to wait for the lock' },
  )
}

describe('committed_through', () => {
  const numbered = (batchNumber: number, parts = 1, batchId = `batch ${batchNumber}`) =>
    jobOf({ agentId, messages: [`line ${batchNumber}`], instance: 'a', batchNumber, parts, batchId })

  async function through(job: ReturnType<typeof jobOf>): Promise<string | null> {
    return (await writeBatch(db, job, streams)).committedThrough?.batchId ?? null
  }

  it('names the last batch before the first hole, whatever the order of COMMITs', async () => {
    expect(await through(numbered(2))).toBeNull()
    expect(await through(numbered(1))).toBe('batch 2')
    expect(await through(numbered(4))).toBeNull()
    expect(await through(numbered(5))).toBeNull()
    expect(await through(numbered(3))).toBe('batch 5')
    expect((await db.pool.query('select 1 from agent_commits_ahead')).rowCount).toBe(0)
  })

  it('waits for all parts of a batch', async () => {
    expect(await through(numbered(1, 2))).toBeNull()
    expect(await through(numbered(1, 2))).toBe('batch 1')
  })

  it('passes a batch that had expired', async () => {
    const old = jobOf({
      agentId,
      messages: ['a'],
      instance: 'a',
      batchNumber: 1,
      batchId: 'old',
      createdUs: expiredUs(),
    })
    expect(await through(old)).toBe('old')
  })

  it('moves on when many writers commit the batches of one instance at once', async () => {
    await Promise.all(
      Array.from({ length: 30 }, (_, index) => writeBatch(db, numbered(30 - index), createStreamCache())),
    )
    const { rows } = await db.pool.query('select through::int, through_batch_id from agent_commits')
    expect(rows).toEqual([{ through: 30, through_batch_id: 'batch 30' }])
  })
})

it('stores a gap once, however often its batch comes', async () => {
  const gap = {
    id: randomUUID(),
    namespace: 'production',
    pod_name: 'web-1',
    container_name: null,
    from: '2025-01-15T10:30:00.000000Z',
    to: '2025-01-15T10:31:00.000000Z',
    lines: 12,
    bytes: null,
    reason: 'rotated',
    exact: false,
    retention_class: 1,
  }
  for (const jobId of ['b1', 'b2', 'b2']) {
    const job = jobOf({ agentId, messages: [], jobId })
    await writeBatch(db, { ...job, header: { ...job.header, gaps: [gap] } }, streams)
  }
  const { rows } = await db.pool.query('select reason, lines::int, exact from log_gaps')
  expect(rows).toEqual([{ reason: 'rotated', lines: 12, exact: false }])
})
