import { verifyReceipts } from '@logboom/db'
import { createLifecycle, createLogger } from '@logboom/service'
import { until } from '@logboom/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RetentionConfig } from './config.ts'
import { addAgent, addLines, addStream, countFaults, countLines, openTestWork } from './work-fixture.ts'
import type { TestWork } from './work-fixture.ts'
import { createLease } from './lease.ts'
import { runOnce } from './run-once.ts'
import { startRetentionWorker } from './start.ts'

let on: TestWork

beforeAll(async () => {
  on = await openTestWork()
})
afterAll(() => on.close())

test('one replica at a time has the lease, and the next one gets it when it is released', async () => {
  const [one, other] = [createLease(on.db), createLease(on.db)]
  expect(await one.hold()).toBe(true)
  expect(await other.hold()).toBe(false)
  await one.release()
  expect(await other.hold()).toBe(true)
  await other.release()
})

test('a lease that was not renewed is free', async () => {
  const [one, other] = [createLease(on.db), createLease(on.db)]
  expect(await one.hold()).toBe(true)
  await on.pool.query(`update retention_lease set held_until = now() - interval '1 ms'`)
  expect(await other.hold()).toBe(true)
  await other.release()
})

test('two replicas that both believe they may, delete each row once, and the chain of receipts is whole', async () => {
  const streamId = await addStream(on.pool, await addAgent(on.pool))
  await addLines(on.pool, { streamId, count: 5_000, fromAgo: 200, toAgo: 0 })
  const work = { ...on.work, terms: { ...on.work.terms, maxDeleteBatch: 50 } }
  await Promise.all([runOnce(work), runOnce(work)])
  await runOnce(work)
  const { rows } = await on.pool.query(`select sum(rows)::integer as rows from retention_receipts`)
  expect(rows).toEqual([{ rows: 5_000 - (await countLines(on.pool)) }])
  expect((await verifyReceipts(on.pool)).faults).toEqual([])
  expect(await countFaults(on.pool)).toEqual([])
})

test('a started worker makes partitions ahead, deletes what expires, says so, and stops when asked', async () => {
  const config = RetentionConfig.parse({
    DATABASE_URL: on.url,
    SIGNING_KEY_SECRET: 'a secret of more than thirty-two characters',
    RETENTION_HOURS: '0.016667',
    CLEANUP_INTERVAL_MINUTES: '0.01',
    OPS_PORT: '0',
    OPS_HOST: '127.0.0.1',
  })
  const streamId = await addStream(on.pool, await addAgent(on.pool))
  await addLines(on.pool, { streamId, count: 100, fromAgo: 300, toAgo: 290 })
  const log = createLogger('retention-worker', { level: 'error' })
  const life = createLifecycle(log, { graceMs: 10_000 })
  await startRetentionWorker(config, life, log)
  const isGone = async () => (await countLines(on.pool, `stream_id = ${streamId}`)) === 0
  await until(isGone, { what: 'the expired lines to be gone', timeoutMs: 10_000 })
  const { rows } = await on.pool.query(`
    select retention_seconds, partition_seconds,
      (select count(*)::integer >= 4 from log_partitions where from_time > now() - interval '10 s') as ahead
    from retention_classes where id = 1`)
  expect(rows).toEqual([{ retention_seconds: 60, partition_seconds: 10, ahead: true }])
  await life.stop('test')
  expect(life.failed).toBe(false)
  const { rowCount } = await on.pool.query('select 1 from retention_lease')
  expect(rowCount).toBe(0)
})
