import { formatMicros } from '@logboom/contracts'
import { openTestDatabase } from '@logboom/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TestDatabase } from '@logboom/testing'
import pg from 'pg'
import { createPartition, ensurePartitions } from './index.ts'

let database: TestDatabase
let pool: pg.Pool
const hourUs = 3_600_000_000
const baseUs = Date.parse('2026-03-01T00:00:00Z') * 1000

beforeAll(async () => {
  database = await openTestDatabase()
  pool = new pg.Pool({ connectionString: database.url, max: 10 })
  // the database is dropped by force while the pool's connections are still saying goodbye
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
})
afterAll(async () => {
  await pool.end()
  await database.close()
})

async function insertLine(timeUs: number): Promise<void> {
  await pool.query(
    `insert into agent_logs (timestamp, created_at, stream_id, id, suborder, retention_class, flags, message)
     values ($1::timestamptz, now(), 1, gen_random_uuid(), 0, 1, 0, 'line')`,
    [formatMicros(timeUs)],
  )
}

describe('createPartition', () => {
  test('makes exactly one leaf however many ask at once, and rows find it', async () => {
    const calls = Array.from({ length: 8 }, () =>
      createPartition(pool, { retentionClass: 1, timeUs: baseUs + 1 }),
    )
    const ranges = await Promise.all(calls)
    expect(ranges.filter((range) => range.created)).toHaveLength(1)
    expect(new Set(ranges.map((range) => range.name))).toEqual(new Set(['agent_logs_c1_20260301t000000']))
    await insertLine(baseUs)
    await insertLine(baseUs + hourUs / 2 - 1)
    await expect(insertLine(baseUs + hourUs / 2)).rejects.toThrow('no partition of relation')
  })

  test('leaves no check behind and needs no scan to attach', async () => {
    const { rows } = await pool.query(
      `select count(*)::int as checks from pg_constraint where conrelid = 'agent_logs_c1_20260301t000000'::regclass and contype = 'c'`,
    )
    expect(rows).toEqual([{ checks: 0 }])
  })

  test('cuts a leaf where neighbours of another interval stand', async () => {
    await createPartition(pool, { retentionClass: 1, timeUs: baseUs + 10 * hourUs })
    await pool.query('update retention_classes set partition_seconds = 7200 where id = 1')
    const after = await createPartition(pool, { retentionClass: 1, timeUs: baseUs + 11 * hourUs })
    expect(after).toMatchObject({ fromUs: baseUs + 10.5 * hourUs, toUs: baseUs + 12 * hourUs, created: true })
    await pool.query('update retention_classes set partition_seconds = 1800 where id = 1')
  })

  test('works while a transaction reads and another writes the parent', async () => {
    const client = await pool.connect()
    await client.query('begin isolation level repeatable read')
    await client.query('select count(*) from agent_logs')
    await client.query(
      `insert into agent_logs (timestamp, created_at, stream_id, id, suborder, retention_class, flags, message)
       values ($1::timestamptz, now(), 1, gen_random_uuid(), 0, 1, 0, 'line')`,
      [formatMicros(baseUs)],
    )
    const range = await createPartition(pool, { retentionClass: 1, timeUs: baseUs + 50 * hourUs })
    expect(range.created).toBe(true)
    await client.query('rollback')
    client.release()
  })

  test('refuses a class that does not exist', async () => {
    await expect(createPartition(pool, { retentionClass: 99, timeUs: baseUs })).rejects.toThrow(
      'no retention class 99',
    )
  })
})

test('ensurePartitions covers now and the intervals ahead without a hole, once', async () => {
  const made = await ensurePartitions(pool, { ahead: 3 })
  expect(made.length).toBeGreaterThanOrEqual(3)
  expect(made.slice(1).map((range) => range.fromUs)).toEqual(made.slice(0, -1).map((range) => range.toUs))
  expect(await ensurePartitions(pool, { ahead: 3 })).toEqual([])
})
