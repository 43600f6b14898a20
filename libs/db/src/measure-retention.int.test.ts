import { insertAgent, jobOf, openTestDatabase } from '@logboom/testing'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { foldCounts } from './fold-counts.ts'
import { measureRetention } from './measure-retention.ts'
import { openDatabase } from './open-database.ts'
import { createStreamCache } from './stream-cache.ts'
import { writeBatch } from './write-batches.ts'

const database = await openTestDatabase()
const db = openDatabase({ url: database.url, applicationName: 'test' })
const agentId = await insertAgent(db.pool)
afterAll(async () => {
  await db.close()
  await database.close()
})

beforeEach(() => db.pool.query('truncate agent_logs, log_counts, log_count_deltas, write_log'))

/** A line of now that was received so many seconds ago. */
async function write(message: string, receivedSecondsAgo: number): Promise<void> {
  const timeUs = Date.now() * 1000
  const createdUs = timeUs - receivedSecondsAgo * 1e6
  await writeBatch(db, jobOf({ agentId, messages: [message], createdUs, timeUs }), createStreamCache())
}

test('the oldest row is the one that was received first, wherever in the table it lies', async () => {
  expect(await measureRetention(db.pool)).toMatchObject({ oldestRowAgeSeconds: null, expiredRows: 0 })
  await write('of now', 0)
  await write('waited in the queue for an hour', 3_600)
  await write('waited for half an hour', 1_800)
  const { oldestRowAgeSeconds } = await measureRetention(db.pool)
  expect(oldestRowAgeSeconds).toBeGreaterThan(3_599)
  expect(oldestRowAgeSeconds).toBeLessThan(3_630)
})

test('what was deleted is not measured, folded or not', async () => {
  await write('first', 7_200)
  await write('second', 600)
  await db.pool.query(`
    with gone as (delete from agent_logs where message = 'first' returning *)
    insert into log_count_deltas
    select stream_id, date_trunc('minute', timestamp), date_trunc('minute', created_at), -1, -octet_length(message),
      retention_class, severity
    from gone`)
  for (const fold of [false, true]) {
    if (fold) await foldCounts(db.pool, { limit: 1_000 })
    const { oldestRowAgeSeconds } = await measureRetention(db.pool)
    expect(oldestRowAgeSeconds).toBeGreaterThan(599)
    expect(oldestRowAgeSeconds).toBeLessThan(630)
  }
})

test('rows that have expired are counted until they are deleted', async () => {
  await write('an hour', 3_600)
  expect(await measureRetention(db.pool)).toMatchObject({ expiredRows: 0 })
  await db.pool.query(`update retention_classes set retention_seconds = 1800`)
  expect(await measureRetention(db.pool)).toMatchObject({ expiredRows: 1 })
})
