import { randomUUID } from 'node:crypto'
import { insertAgent, jobOf, openTestDatabase, until } from '@logboom/testing'
import type { TestDatabase } from '@logboom/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { deleteIdleStreams } from './delete-idle-streams.ts'
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

describe('links and streams', () => {
  it('links a stream to what is the agent’s own and leaves out what is unknown or foreign', async () => {
    const other = await insertAgent(db.pool)
    const [own, foreign] = [randomUUID(), randomUUID()]
    await db.pool.query('insert into deployment_objects (id, agent_id) values ($1, $2), ($3, $4)', [
      own,
      agentId,
      foreign,
      other,
    ])
    const write = (id: string, deployment: string) =>
      writeBatch(
        db,
        jobOf({ agentId, messages: ['a'], stream: { id, deployment_object_id: deployment } }),
        streams,
      )
    await write('1', own)
    await write('2', foreign)
    await write('3', randomUUID())
    const { rows } = await db.pool.query('select deployment_object_id from log_streams order by id')
    expect(rows.map((row) => row.deployment_object_id)).toEqual([own, null, null])
  })

  it('links a stream when its work order is registered after its first lines', async () => {
    const id = randomUUID()
    const stream = { work_order_id: id }
    await writeBatch(db, jobOf({ agentId, messages: ['a'], stream }), streams)
    await db.pool.query('insert into work_orders (id, agent_id) values ($1, $2)', [id, agentId])
    await writeBatch(db, jobOf({ agentId, messages: ['b'], stream }), createStreamCache())
    const { rows } = await db.pool.query('select work_order_id from log_streams')
    expect(rows).toEqual([{ work_order_id: id }])
  })

  it('keeps the stream of a batch that takes long, though it has fallen idle meanwhile', async () => {
    const cache = createStreamCache()
    await writeBatch(db, jobOf({ agentId, messages: ['a'], instance: 'a', batchNumber: 1 }), cache)
    await db.pool.query('truncate agent_logs, log_count_deltas')
    const blocker = await db.pool.connect()
    await blocker.query(`begin; update agent_commits set updated_at = now()`)
    const writing = writeBatch(db, jobOf({ agentId, messages: ['b'], instance: 'a', batchNumber: 2 }), cache)
    await untilBlocked(db, '%agent_commits%')
    await db.pool.query(`update log_streams set last_seen = now() - interval '1 hour'`)
    expect(await deleteIdleStreams(db.pool, { limit: 10 })).toBe(0)
    await blocker.query('commit')
    blocker.release()
    expect((await writing).outcome.stored).toBe(1)
    expect(await deleteIdleStreams(db.pool, { limit: 10 })).toBe(0)
    expect((await db.pool.query('select message from agent_log_lines')).rows).toEqual([{ message: 'b' }])
  })

  it('forgets a stream that is idle and empty', async () => {
    await writeBatch(db, jobOf({ agentId, messages: ['a'] }), streams)
    await db.pool.query(`update log_streams set last_seen = now() - interval '1 hour'`)
    expect(await deleteIdleStreams(db.pool, { limit: 10 })).toBe(0)
    await db.pool.query('truncate agent_logs, log_count_deltas')
    const deleted = async () => (await deleteIdleStreams(db.pool, { limit: 10 })) === 1
    await until(deleted, { what: 'the stream to go, when no older transaction is open anywhere' })
  })

  it('keeps the labels of a stream when a batch comes without', async () => {
    await writeBatch(db, jobOf({ agentId, messages: ['a'], stream: { labels: { app: 'web' } } }), streams)
    await writeBatch(db, jobOf({ agentId, messages: ['b'] }), streams)
    const { rows } = await db.pool.query('select labels from log_streams')
    expect(rows).toEqual([{ labels: { app: 'web' } }])
  })

  it('keeps the newest labels of a stream', async () => {
    await writeBatch(db, jobOf({ agentId, messages: ['a'], stream: { labels: { version: '1' } } }), streams)
    await writeBatch(db, jobOf({ agentId, messages: ['b'], stream: { labels: { version: '2' } } }), streams)
    const { rows } = await db.pool.query('select labels from log_streams')
    expect(rows).toEqual([{ labels: { version: '2' } }])
  })
})

async function untilBlocked({ pool }: Database, query: string): Promise<void> {
  const isBlocked = async () => {
    const { rowCount } = await pool.query(
      `select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like $1 and pid <> pg_backend_pid()`,
      [query],
    )
    return rowCount === 1
  }
  await until(isBlocked, { what: 'the writer to wait for the lock' })
}
