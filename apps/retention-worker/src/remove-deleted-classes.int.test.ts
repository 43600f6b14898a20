import {
  deleteRetentionClass,
  listDeletedClasses,
  putRetentionClass,
  removeRetentionClass,
} from '@logboom/db'
import { until } from '@logboom/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runOnce } from './run-once.ts'
import { addAgent, addLines, addStream, countLines, openTestWork } from './work-fixture.ts'
import type { TestWork } from './work-fixture.ts'

let on: TestWork
let agent: string
let stream: string

beforeAll(async () => {
  on = await openTestWork()
  agent = await addAgent(on.pool)
  stream = await addStream(on.pool, agent)
})
afterAll(() => on.close())

/** A class of a minute that was deleted `hoursAgo`. */
async function deletedClass(name: string, hoursAgo: number): Promise<number> {
  const { retentionClass } = await putRetentionClass(on.pool, { name, retentionSeconds: 60 })
  expect(await deleteRetentionClass(on.pool, name)).toBe('deleted')
  await on.pool.query(
    `update retention_classes set deleted_at = now() - make_interval(hours => $2::integer) where name = $1::text`,
    [name, hoursAgo],
  )
  return retentionClass.id
}

async function isThere(id: number): Promise<boolean> {
  const { rows } = await on.pool.query<{ there: boolean }>(
    `select exists (select 1 from retention_classes where id = $1::smallint) as there`,
    [id],
  )
  return rows[0]?.there ?? false
}

test('lines of a deleted class expire as it says, and it goes a day after its retention, with its partitions', async () => {
  const id = await deletedClass('short', 24)
  await addLines(on.pool, { streamId: stream, count: 10, fromAgo: 20, toAgo: 0, retentionClass: id })
  await addLines(on.pool, { streamId: stream, count: 10, fromAgo: 4_000, toAgo: 3_990, retentionClass: id })
  await runOnce(on.work)
  expect(await countLines(on.pool, `retention_class = ${id}`)).toBe(10)
  await on.pool.query(`update agent_logs set created_at = created_at - interval '2 min'`)
  await on.pool.query(`update log_count_deltas set created_minute = created_minute - interval '2 min'`)
  await runOnce(on.work)
  expect(await countLines(on.pool)).toBe(0)
  expect(await isThere(id)).toBe(true)
  await on.pool.query(
    `update retention_classes set deleted_at = deleted_at - interval '1 min' where id = ${id}`,
  )
  await runOnce(on.work)
  expect(await isThere(id)).toBe(false)
  const { rows } = await on.pool.query(
    `select to_regclass('agent_logs_c${id}') as gone, count(*)::integer as leaves from log_partitions where retention_class = ${id}`,
  )
  expect(rows).toEqual([{ gone: null, leaves: 0 }])
})

test.each([
  [
    'a dead letter',
    `insert into dead_letters (agent_id, job_id, batch_id, reason, detail, stream, row_text, retention_class, created_at)
     select id, 'j', 'b', 'r', '', '{}', '', $1::smallint, now() from agents limit 1`,
  ],
  [
    'a gap',
    `insert into log_gaps (id, agent_id, namespace, pod_name, from_time, to_time, reason, exact, retention_class, created_at)
     select gen_random_uuid(), id, 'n', 'p', now(), now(), 'spool_full', true, $1::smallint, now() from agents limit 1`,
  ],
  [
    'a leaf that is not dropped yet',
    `insert into log_partitions (name, retention_class, from_time, to_time, state)
     values ('some_leaf', $1::smallint, now() - interval '1 min', now(), 'detaching')`,
  ],
])('a deleted class stays while it has %s', async (what, insert) => {
  const id = await deletedClass(what.replaceAll(' ', '-'), 48)
  await on.pool.query(insert, [id])
  expect(await removeRetentionClass(on.pool, id)).toBe(false)
  expect(await isThere(id)).toBe(true)
})

test('a class that is put again is not removed', async () => {
  const id = await deletedClass('again', 48)
  expect(await listDeletedClasses(on.pool, { graceHours: 24 })).toContainEqual({ id, name: 'again' })
  await putRetentionClass(on.pool, { name: 'again', retentionSeconds: 60 })
  expect(await removeRetentionClass(on.pool, id)).toBe(false)
  expect(await isThere(id)).toBe(true)
})

test('rows that are committed while the removal waits for their writer are not dropped with the class', async () => {
  const id = await deletedClass('raced', 48)
  await addLines(on.pool, { streamId: stream, count: 1, fromAgo: 1, toAgo: 0, retentionClass: id })
  await on.pool.query(`with gone as (delete from agent_logs where retention_class = ${id} returning 1)
    delete from log_count_deltas where retention_class = ${id}`)
  const writer = await on.pool.connect()
  await writer.query('begin')
  await writer.query(
    `insert into agent_logs (timestamp, created_at, stream_id, id, suborder, retention_class, flags, message)
     select from_time, now(), $1::bigint, gen_random_uuid(), 0, ${id}, 0, 'acknowledged' from log_partitions
     where retention_class = ${id} limit 1`,
    [stream],
  )
  const removed = removeRetentionClass(on.pool, id)
  await until(
    async () =>
      (
        await on.pool.query(
          `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        )
      ).rowCount,
    { what: 'the removal to wait for the writer' },
  )
  await writer.query('commit')
  writer.release()
  expect(await removed).toBe(false)
  expect(await countLines(on.pool, `message = 'acknowledged'`)).toBe(1)
})
