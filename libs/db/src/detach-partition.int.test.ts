import { formatMicros } from '@logboom/contracts'
import { openTestDatabase, until } from '@logboom/testing'
import type { TestDatabase } from '@logboom/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createPartition, PartitionBusyError } from './create-partition.ts'
import { classifyDatabaseError } from './database-error.ts'
import { detachPartition, finishDetach } from './detach-partition.ts'
import { listLeaves } from './list-leaves.ts'
import type { LeafState } from './list-leaves.ts'

let database: TestDatabase
let pool: TestDatabase['pool']
let leaf: LeafState
const oldUs = Date.parse('2026-03-01T00:00:00Z') * 1000

beforeEach(async () => {
  database = await openTestDatabase()
  pool = database.pool
  await createPartition(pool, { retentionClass: 1, timeUs: oldUs })
  const [first] = await listLeaves(pool)
  if (!first) throw new Error('no leaf')
  leaf = first
})
afterEach(() => database.close())

async function insertLate(): Promise<void> {
  await pool.query(
    `insert into agent_logs (timestamp, created_at, stream_id, id, suborder, retention_class, flags, message)
     values ($1::timestamptz, now(), 1, gen_random_uuid(), 0, 1, 0, 'late')`,
    [formatMicros(oldUs)],
  )
}

/** A reader that has just begun and does not end. */
async function openReader(): Promise<{ close(): Promise<void> }> {
  const reader = await pool.connect()
  await reader.query('begin isolation level repeatable read')
  await reader.query('select count(*) from agent_logs')
  return {
    async close() {
      await reader.query('rollback')
      reader.release()
    },
  }
}

test('beside a reader that has just begun, late lines wait for less than a second and keep their place', async () => {
  const reader = await openReader()
  const detaching = detachPartition(pool, leaf)
  let isOver = false
  void detaching.finally(() => (isOver = true))
  const tookMs: number[] = []
  do {
    const startedMs = performance.now()
    await insertLate()
    tookMs.push(performance.now() - startedMs)
  } while (!isOver)
  expect(await detaching).toBe('held')
  expect(Math.max(...tookMs)).toBeLessThan(1_000)
  await insertLate()
  expect(await listLeaves(pool)).toMatchObject([{ name: leaf.name, state: 'attached' }])
  await reader.close()
  expect(await detachPartition(pool, leaf)).toBe('detached')
  expect(await listLeaves(pool)).toMatchObject([{ name: leaf.name, state: 'detaching' }])
})

test('beside a reader that has been open for a while, nobody waits at all', async () => {
  const reader = await openReader()
  const isOpenForAWhile = async () => {
    const { rows } = await pool.query<{ is_old: boolean }>(
      `select bool_or(xact_start < clock_timestamp() - interval '150 ms') as is_old from pg_stat_activity
       where datname = current_database() and state = 'idle in transaction'`,
    )
    return rows[0]?.is_old
  }
  await until(isOpenForAWhile, { what: 'the reader to have been open for a while' })
  const detaching = detachPartition(pool, leaf)
  let isOver = false
  void detaching.finally(() => (isOver = true))
  while (!isOver) {
    const writer = await pool.connect()
    await writer.query(`begin; set local lock_timeout = '90 ms'`)
    await writer.query('lock table agent_logs_c1 in row exclusive mode')
    await writer.query('commit')
    writer.release()
  }
  expect(await detaching).toBe('held')
  await reader.close()
})

test('a detach that was begun by hand and is half done is told at once to who asks for a partition, and is finished', async () => {
  const reader = await openReader()
  const victim = await pool.connect()
  await victim.query(`update log_partitions set state = 'detaching'`)
  await victim.query(`set statement_timeout = '100ms'`)
  await expect(
    victim.query(`alter table agent_logs_c1 detach partition ${leaf.name} concurrently`),
  ).rejects.toThrow('statement timeout')
  victim.release(true)
  const startedMs = performance.now()
  const error: unknown = await createPartition(pool, { retentionClass: 1, timeUs: oldUs }).catch(
    (reason: unknown) => reason,
  )
  expect(performance.now() - startedMs).toBeLessThan(1_000)
  expect(error).toBeInstanceOf(PartitionBusyError)
  expect(classifyDatabaseError(error)).toBe('retry')
  await reader.close()
  expect(await finishDetach(pool, leaf)).toBe('detached')
  expect((await createPartition(pool, { retentionClass: 1, timeUs: oldUs })).created).toBe(true)
})
