import {
  detachPartition,
  foldCounts,
  listLeaves,
  previewRetention,
  putRetentionClass,
  verifyReceipts,
} from '@logboom/db'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addAgent, addLines, addStream, countFaults, countLines, openTestWork } from './work-fixture.ts'
import type { TestWork } from './work-fixture.ts'
import { runOnce } from './run-once.ts'

let on: TestWork
let agent: string
let stream: string

beforeAll(async () => {
  on = await openTestWork()
  agent = await addAgent(on.pool)
  stream = await addStream(on.pool, agent)
})
afterAll(() => on.close())

async function leaves(): Promise<string[]> {
  return (await listLeaves(on.pool)).map((leaf) => leaf.name)
}

async function receipts(): Promise<{ kind: string; subject: string; rows: number }[]> {
  const { rows } = await on.pool.query(
    'select kind, subject, rows::float8 as rows from retention_receipts order by number',
  )
  return rows
}

describe('runOnce', () => {
  test('drops what has wholly expired, deletes by row what has partly, keeps the rest, and counts stay true', async () => {
    await addLines(on.pool, { streamId: stream, count: 3000, fromAgo: 300, toAgo: 0 })
    const before = await countLines(on.pool, `created_at >= now() - interval '1 minute'`)
    const run = await runOnce(on.work)
    const left = await countLines(on.pool)
    expect(left).toBeGreaterThan(before - 50)
    expect(left).toBeLessThanOrEqual(before)
    expect(run.rows).toBe(3000 - left)
    expect(run.partitions.dropped).toBeGreaterThanOrEqual(23)
    expect(await countFaults(on.pool)).toEqual([])
    const proofs = await receipts()
    expect(proofs.reduce((sum, { rows }) => sum + rows, 0)).toBe(run.rows)
    expect(await verifyReceipts(on.pool)).toEqual({ checked: proofs.length, faults: [] })
  })

  test('takes no more rows than allowed into one transaction, and goes on until nothing expired is left', async () => {
    // in the partition of now: neither past nor wholly expired
    await on.pool.query('truncate retention_receipts')
    await addLines(on.pool, { streamId: stream, count: 1000, fromAgo: 5, toAgo: 0, delay: -100 })
    await addLines(on.pool, { streamId: stream, count: 10, fromAgo: 5, toAgo: 0 })
    await runOnce({ ...on.work, terms: { ...on.work.terms, maxDeleteBatch: 70 } })
    const proofs = await receipts()
    expect(await countLines(on.pool, `created_at < now() - interval '70 s'`)).toBe(0)
    expect(Math.max(...proofs.filter(({ kind }) => kind === 'rows_deleted').map(({ rows }) => rows))).toBe(70)
    expect(await countFaults(on.pool)).toEqual([])
  })

  test('rows that come in between the look and the detaching survive, also when the run is killed there', async () => {
    const [leaf] = await oldLeaf()
    await addLines(on.pool, { streamId: stream, count: 7, fromAgo: 605, toAgo: 603, delay: 604 })
    expect(await detachPartition(on.pool, leaf)).toBe('detached')
    // the run was killed here; meanwhile more late lines come, and get a partition of their own
    expect(await countLines(on.pool, `timestamp < now() - interval '500 s'`)).toBe(0)
    await addLines(on.pool, { streamId: stream, count: 5, fromAgo: 605, toAgo: 603, delay: 604 })
    await runOnce(on.work)
    expect(await countLines(on.pool, `timestamp < now() - interval '500 s'`)).toBe(12)
    expect(await countFaults(on.pool)).toEqual([])
    expect(await leaves()).not.toContain(leaf.name)
    const { rows } = await on.pool.query(`select to_regclass($1::text) as leftover`, [leaf.name])
    expect(rows).toEqual([{ leftover: null }])
  })

  test('a run that was killed before the detach began goes on', async () => {
    await addLines(on.pool, { streamId: stream, count: 20, fromAgo: 905, toAgo: 903 })
    await on.pool.query(
      `update log_partitions set state = 'detaching' where to_time < now() - interval '890 s'`,
    )
    await runOnce(on.work)
    expect(await countLines(on.pool, `timestamp < now() - interval '890 s'`)).toBe(0)
    expect(await countFaults(on.pool)).toEqual([])
  })

  test('a partition of whole minutes is taken out of the counts without being read', async () => {
    await on.pool.query('update retention_classes set partition_seconds = 60')
    await addLines(on.pool, { streamId: stream, count: 500, fromAgo: 3_600, toAgo: 3_500 })
    await foldCounts(on.pool, { limit: 10 })
    await addLines(on.pool, { streamId: stream, count: 400, fromAgo: 3_600, toAgo: 3_500 })
    await on.pool.query('truncate retention_receipts')
    await runOnce(on.work)
    await on.pool.query('update retention_classes set partition_seconds = 10')
    const dropped = (await receipts()).filter(({ kind }) => kind === 'partition_dropped')
    expect(dropped.reduce((sum, { rows }) => sum + rows, 0)).toBe(900)
    expect(await countFaults(on.pool)).toEqual([])
  })

  test('lines of a longer class stay, and a preview says beforehand what will go', async () => {
    const { retentionClass } = await putRetentionClass(on.pool, { name: 'long', retentionSeconds: 86_400 })
    await addLines(on.pool, {
      streamId: stream,
      count: 30,
      fromAgo: 705,
      toAgo: 703,
      retentionClass: retentionClass.id,
    })
    await addLines(on.pool, { streamId: stream, count: 40, fromAgo: 705, toAgo: 703 })
    const preview = await previewRetention(on.db, { max_logs_per_agent: null, max_logs_per_deployment: null })
    expect(preview.partitions).toContainEqual({
      partition: expect.any(String),
      retention_class: 'default',
      rows: 40,
    })
    await runOnce(on.work)
    expect(
      await countLines(
        on.pool,
        `timestamp < now() - interval '690 s' and timestamp > now() - interval '800 s'`,
      ),
    ).toBe(30)
    expect(await countFaults(on.pool)).toEqual([])
  })

  test('counts that came to nothing are gone, and the totals of streams are true', async () => {
    const { rows } = await on.pool.query(`
      select (select count(*)::integer from log_count_deltas) as deltas,
        (select count(*)::integer from log_counts where rows = 0) as empty,
        (select sum(row_count)::integer from log_streams) as total`)
    expect(rows).toEqual([{ deltas: 0, empty: 0, total: await countLines(on.pool) }])
  })

  test('a second run finds nothing to do, and the status tells what holds', async () => {
    const run = await runOnce(on.work)
    expect(run.partitions).toMatchObject({ postponed: 0, rewritten: 0 })
    const { rows } = await on.pool.query(
      'select policy, next_run_at > last_run_at as ahead from retention_status',
    )
    expect(rows).toEqual([
      {
        ahead: true,
        policy: expect.objectContaining({ cleanup_interval_seconds: 10, max_delete_batch: 10_000 }),
      },
    ])
  })
})

async function oldLeaf() {
  await addLines(on.pool, { streamId: stream, count: 50, fromAgo: 605, toAgo: 603 })
  const found = (await listLeaves(on.pool)).filter((leaf) => leaf.isPast && leaf.state === 'attached')
  const [first, ...others] = found
  if (!first) throw new Error('no old leaf')
  return [first, ...others] as const
}
