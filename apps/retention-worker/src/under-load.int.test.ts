import { classifyDatabaseError, createPartition, listLeaves } from '@logboom/db'
import { until } from '@logboom/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { addAgent, addLines, addStream, countFaults, countLines, openTestWork } from './work-fixture.ts'
import type { TestWork } from './work-fixture.ts'
import { expireHeld } from './expire-held.ts'
import { runOnce } from './run-once.ts'

let on: TestWork
let stream: string

beforeEach(async () => {
  on = await openTestWork()
  stream = await addStream(on.pool, await addAgent(on.pool))
})
afterEach(() => on.close())

/** Batches of 1000 lines of now, one after another, until it is stopped; how long each took. */
function ingest(): { stop(): Promise<number[]> } {
  const tookMs: number[] = []
  let isOn = true
  const work = (async () => {
    while (isOn) {
      const startedMs = performance.now()
      await addLines(on.pool, { streamId: stream, count: 1000, fromAgo: 1, toAgo: 0 })
      tookMs.push(performance.now() - startedMs)
    }
    return tookMs
  })()
  return {
    stop() {
      isOn = false
      return work
    },
  }
}

describe('retention under load', () => {
  test(
    'a million expired rows go in batches of at most 10 000 while lines keep coming in',
    { timeout: 120_000 },
    async () => {
      // received long ago for a time that is not past: no partition can be dropped whole
      await on.pool.query('update retention_classes set partition_seconds = 86400')
      await addLines(on.pool, { streamId: stream, count: 1_000_000, fromAgo: 30, toAgo: 0, delay: -200 })
      await addLines(on.pool, { streamId: stream, count: 1, fromAgo: 1, toAgo: 0 })
      const load = ingest()
      const run = await runOnce(on.work)
      const batches = await load.stop()
      expect(run.rows).toBe(1_000_000)
      const { rows } = await on.pool.query(`
      select count(*)::integer as receipts, max(rows)::integer as largest from retention_receipts where kind = 'rows_deleted'`)
      expect(rows).toEqual([{ receipts: 100, largest: 10_000 }])
      expect(batches.length).toBeGreaterThan(10)
      expect(Math.max(...batches)).toBeLessThan(5_000)
      expect(await countLines(on.pool, `created_at < now() - interval '2 min'`)).toBe(0)
      expect(await countFaults(on.pool)).toEqual([])
    },
  )

  test('an open reader stalls nobody: ingest goes on, the drop waits, and succeeds afterwards', async () => {
    await addLines(on.pool, { streamId: stream, count: 2_000, fromAgo: 500, toAgo: 440 })
    const reader = await on.pool.connect()
    await reader.query('begin isolation level repeatable read')
    expect((await reader.query('select count(*)::integer as lines from agent_logs')).rows).toEqual([
      { lines: 2_000 },
    ])
    await until(isHeldForLong, { what: 'the reader to have been open for two seconds' })
    const load = ingest()
    const run = await runOnce(on.work)
    const batches = await load.stop()
    expect(run.partitions).toMatchObject({ dropped: 0 })
    expect(run.partitions.postponed).toBeGreaterThanOrEqual(6)
    expect(Math.max(...batches)).toBeLessThan(1_000)
    expect((await reader.query('select count(*)::integer as lines from agent_logs')).rows).toEqual([
      { lines: 2_000 },
    ])
    await reader.query('commit')
    reader.release()
    const next = await runOnce(on.work)
    expect(next.partitions.postponed).toBe(0)
    expect(await countLines(on.pool, `created_at < now() - interval '70 s'`)).toBe(0)
    expect(await countFaults(on.pool)).toEqual([])
  })

  test('what a reader kept from being dropped goes when it ends, not only with the next run', async () => {
    await addLines(on.pool, { streamId: stream, count: 300, fromAgo: 500, toAgo: 490 })
    const reader = await on.pool.connect()
    await reader.query('begin isolation level repeatable read')
    await reader.query('select count(*) from agent_logs')
    await runOnce(on.work)
    expect(on.work.heldSince.size).toBe(1)
    await addLines(on.pool, { streamId: stream, count: 200, fromAgo: 400, toAgo: 390 })
    await expireHeld(on.work)
    expect(await countLines(on.pool)).toBe(500)
    await reader.query('commit')
    reader.release()
    await expireHeld(on.work)
    // the other leaf waits for a run
    expect(await countLines(on.pool)).toBe(200)
    expect(on.work.heldSince.size).toBe(0)
    expect(await countFaults(on.pool)).toEqual([])
  })

  test('rows go one by one when a reader keeps their partition from being dropped for a minute', async () => {
    await addLines(on.pool, { streamId: stream, count: 300, fromAgo: 500, toAgo: 495 })
    const reader = await on.pool.connect()
    await reader.query('begin isolation level repeatable read')
    await reader.query('select count(*) from agent_logs')
    await until(isHeldForLong, { what: 'the reader to have been open for two seconds' })
    for (const leaf of await listLeaves(on.pool)) on.work.heldSince.set(leaf.name, Date.now() - 61_000)
    await runOnce(on.work)
    expect(await countLines(on.pool)).toBe(0)
    await reader.query('commit')
    reader.release()
    await runOnce(on.work)
    expect((await listLeaves(on.pool)).filter((leaf) => leaf.isPast)).toEqual([])
  })

  test('a detach that an open reader stopped half way is finished by a later run, and lines of its time come in then', async () => {
    await addLines(on.pool, { streamId: stream, count: 300, fromAgo: 505, toAgo: 502 })
    const [leaf] = (await listLeaves(on.pool)).filter((one) => one.isPast)
    if (!leaf) throw new Error('no old leaf')
    const reader = await on.pool.connect()
    await reader.query('begin isolation level repeatable read')
    await reader.query('select count(*) from agent_logs')
    // a session that is killed while it waits for the reader
    const victim = await on.pool.connect()
    await victim.query(`update log_partitions set state = 'detaching' where name = $1::text`, [leaf.name])
    await victim.query(`set statement_timeout = '300ms'`)
    await expect(
      victim.query(`alter table agent_logs_c1 detach partition ${leaf.name} concurrently`),
    ).rejects.toThrow('statement timeout')
    victim.release(true)
    const late = createPartition(on.pool, { retentionClass: 1, timeUs: Date.parse(leaf.from) * 1000 })
    expect(classifyDatabaseError(await late.catch((error: unknown) => error))).toBe('retry')
    expect((await runOnce(on.work)).partitions.postponed).toBe(1)
    await reader.query('commit')
    reader.release()
    await addLines(on.pool, { streamId: stream, count: 1, fromAgo: 2, toAgo: 1 })
    expect((await runOnce(on.work)).partitions).toMatchObject({ postponed: 0, dropped: 1 })
    await addLines(on.pool, { streamId: stream, count: 4, fromAgo: 504, toAgo: 503, delay: 500 })
    expect(await countLines(on.pool, `timestamp < now() - interval '400 s'`)).toBe(4)
    expect(await countFaults(on.pool)).toEqual([])
  })

  test('disk falls though ten percent of a partition came late, and late lines keep coming in', async () => {
    await on.pool.query('update retention_classes set partition_seconds = 60')
    await addLines(on.pool, { streamId: stream, count: 90_000, fromAgo: 600, toAgo: 590 })
    await addLines(on.pool, {
      streamId: stream,
      count: 10_000,
      fromAgo: 600,
      toAgo: 590,
      delay: 580,
      message: 'late',
    })
    const before = await diskBytes()
    const run = await runOnce(on.work)
    expect(run.partitions.rewritten).toBe(1)
    expect(run.rows).toBe(90_000)
    expect(await countLines(on.pool, `message like 'late%'`)).toBe(10_000)
    expect(await diskBytes()).toBeLessThan(before / 5)
    await addLines(on.pool, {
      streamId: stream,
      count: 10,
      fromAgo: 600,
      toAgo: 590,
      delay: 580,
      message: 'later',
    })
    expect(await countLines(on.pool, `message like 'later%'`)).toBe(10)
    expect(await countFaults(on.pool)).toEqual([])
  })

  test('a partition that somebody reads loses its expired rows at once and its disk later', async () => {
    await addLines(on.pool, { streamId: stream, count: 20_000, fromAgo: 605, toAgo: 603 })
    await addLines(on.pool, {
      streamId: stream,
      count: 100,
      fromAgo: 605,
      toAgo: 603,
      delay: 604,
      message: 'late',
    })
    const before = await diskBytes()
    const reader = await on.pool.connect()
    await reader.query('begin')
    await reader.query('select count(*) from agent_logs')
    const run = await runOnce(on.work)
    expect(run).toMatchObject({ rows: 20_000, partitions: { rewritten: 0 } })
    await reader.query('commit')
    reader.release()
    expect((await runOnce(on.work)).partitions.rewritten).toBe(1)
    expect(await diskBytes()).toBeLessThan(before / 5)
    expect(await countLines(on.pool, `message like 'late%'`)).toBe(100)
    expect(await countFaults(on.pool)).toEqual([])
  })
})

async function diskBytes(): Promise<number> {
  const { rows } = await on.pool.query<{ bytes: number }>(`
    select coalesce(sum(pg_total_relation_size(to_regclass(name))), 0)::float8 as bytes from log_partitions
    where to_time < now() - interval '500 s'`)
  return rows[0]?.bytes ?? 0
}

async function isHeldForLong(): Promise<boolean> {
  const { rows } = await on.pool.query<{ held: boolean }>(`
    select exists (
      select 1 from pg_stat_activity
      where datname = current_database() and xact_start < clock_timestamp() - interval '2.1 s' and pid <> pg_backend_pid()
    ) as held`)
  return rows[0]?.held ?? false
}
