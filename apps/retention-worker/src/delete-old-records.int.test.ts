import { randomUUID } from 'node:crypto'
import { until } from '@logboom/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addAgent, addLines, addStream, countFaults, countLines, openTestWork } from './work-fixture.ts'
import type { TestWork } from './work-fixture.ts'
import { runOnce } from './run-once.ts'

let on: TestWork

beforeAll(async () => {
  on = await openTestWork()
})
afterAll(() => on.close())

/** Every table of the database that has the text in any column of any row. */
async function tablesWith(pool: TestWork['pool'], marker: string): Promise<string[]> {
  const { rows: tables } = await pool.query<{ name: string }>(`
    select c.oid::regclass::text as name from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and n.nspname = 'public'`)
  const found: string[] = []
  for (const { name } of tables) {
    const { rows } = await pool.query(`select 1 from ${name} as t where t::text like $1::text limit 1`, [
      `%${marker}%`,
    ])
    if (rows.length > 0) found.push(name)
  }
  return found
}

async function addRecords(agentId: string, marker: string, secondsAgo: number): Promise<void> {
  await on.pool.query(
    `with at as (select now() - make_interval(secs => $3::integer) as t), gap as (
       insert into log_gaps (id, agent_id, namespace, pod_name, from_time, to_time, reason, exact, retention_class, created_at)
       select gen_random_uuid(), $1::uuid, 'default', $2::text, t, t, 'spool_full', true, 1, t from at
     ), letter as (
       insert into dead_letters (agent_id, job_id, batch_id, reason, detail, stream, row_text, retention_class, created_at)
       select $1::uuid, 'job', 'batch', 'refused', '', '{}', $2::text, 1, t from at
     ), report as (
       select jsonb_build_array(jsonb_build_object('pod_name', $2::text, 'until_ns', '7')) as behind
     ), lane as (
       insert into agent_commits (agent_id, instance, read_until_ns, read_least_ns, read_behind, read_at)
       select $1::uuid, gen_random_uuid()::text, 9, 7, behind, t from at, report
       returning instance
     ), ahead as (
       insert into agent_commits_ahead (agent_id, instance, batch_number, batch_id, parts_left, read_report, noted_at)
       select $1::uuid, instance, 5, '', 0, jsonb_build_object('behind', behind), t from at, report, lane
     )
     insert into write_log (created_at, agent_id, job_id, batch_id, stream_ids, stored, duplicate, expired, agent_deleted, dead_letter)
     select t, $1::uuid, gen_random_uuid()::text, $2::text, '{}', 0, 0, 0, 0, 0 from at`,
    [agentId, marker, secondsAgo],
  )
}

describe('what a line leaves behind', () => {
  test(
    'is nowhere in the database after expiry: rows, gaps, dead letters, ledger, streams, counts, reports',
    { timeout: 60_000 },
    async () => {
      const agent = await addAgent(on.pool)
      const marker = `marker-${randomUUID()}`
      const streamId = await addStream(on.pool, agent, { podName: marker, lastSeenSecondsAgo: 70 })
      await addLines(on.pool, { streamId, count: 100, fromAgo: 75, toAgo: 70, message: marker })
      await addRecords(agent, marker, 70)
      // rows, streams, ledger, gaps, dead letters, reports twice; the rows may lie in two leaves
      expect((await tablesWith(on.pool, marker)).length).toBeGreaterThanOrEqual(7)
      // a stream goes when all that was open at its marking has ended, in whatever database of the server
      const isGone = async () => {
        await runOnce(on.work)
        return (await tablesWith(on.pool, marker)).length === 0
      }
      await until(isGone, { what: 'the marker to be gone from every table', timeoutMs: 40_000 })
      const { rows } = await on.pool.query(
        `select kind, rows::integer from retention_receipts where kind = 'dead_letters_deleted'`,
      )
      expect(rows).toEqual([{ kind: 'dead_letters_deleted', rows: 1 }])
      expect(await countFaults(on.pool)).toEqual([])
      // how far everything of the agent was read is told on
      const { rows: told } = await on.pool.query(
        `select read_until_ns::integer as until from agent_commits where read_until_ns is not null`,
      )
      expect(told).toEqual([{ until: 7 }])
    },
  )

  test('stays as long as its class says', async () => {
    const agent = await addAgent(on.pool)
    const marker = `marker-${randomUUID()}`
    const streamId = await addStream(on.pool, agent, { podName: marker, lastSeenSecondsAgo: 300 })
    await addLines(on.pool, { streamId, count: 1, fromAgo: 10, toAgo: 5, message: 'live' })
    await addRecords(agent, marker, 30)
    await runOnce(on.work)
    expect(await tablesWith(on.pool, marker)).toHaveLength(6)
  })
})

test('a dead letter or gap of a class that there is not is kept as long as the default class says', async () => {
  const agent = await addAgent(on.pool)
  for (const [marker, secondsAgo] of [
    ['broken and old', 70],
    ['broken and new', 50],
  ] as const) {
    await addRecords(agent, marker, secondsAgo)
    await on.pool.query('update dead_letters set retention_class = 4711 where row_text = $1::text', [marker])
    await on.pool.query('update log_gaps set retention_class = 4711 where pod_name = $1::text', [marker])
  }
  await runOnce(on.work)
  expect(await tablesWith(on.pool, 'broken and old')).toEqual([])
  expect(await tablesWith(on.pool, 'broken and new')).toEqual(
    expect.arrayContaining(['dead_letters', 'log_gaps']),
  )
})

test('a deleted agent goes with all that is its own, in batches, and not while a writer brings in its lines', async () => {
  const [agent, other] = [await addAgent(on.pool), await addAgent(on.pool)]
  const [streamId, otherStream] = [await addStream(on.pool, agent), await addStream(on.pool, other)]
  await addLines(on.pool, { streamId, count: 500, fromAgo: 30, toAgo: 0 })
  await addLines(on.pool, { streamId: otherStream, count: 50, fromAgo: 30, toAgo: 0 })
  await addRecords(agent, 'of the deleted agent', 1)
  const writer = await on.pool.connect()
  await writer.query('begin')
  await writer.query('select 1 from agents where id = $1::uuid and deleted_at is null for key share', [agent])
  await writer.query(
    `insert into agent_logs (timestamp, created_at, stream_id, id, suborder, retention_class, flags, message)
     select timestamp, now(), stream_id, gen_random_uuid(), 0, 1, 0, 'while deleting' from agent_logs where stream_id = $1::bigint limit 1`,
    [streamId],
  )
  await writer.query(
    `insert into log_count_deltas select stream_id, date_trunc('minute', timestamp), date_trunc('minute', now()), 1, 14, 1, null
     from agent_logs where message = 'while deleting'`,
  )
  await on.pool.query('update agents set deleted_at = now() where id = $1::uuid', [agent])
  const run = runOnce({ ...on.work, terms: { ...on.work.terms, maxDeleteBatch: 60 } })
  await writer.query('commit')
  writer.release()
  await run
  await runOnce(on.work)
  expect(await countLines(on.pool, `stream_id = ${streamId}`)).toBe(0)
  expect(await countLines(on.pool, `stream_id = ${otherStream}`)).toBe(50)
  expect(await tablesWith(on.pool, agent)).toEqual(['retention_receipts'])
  const { rows } = await on.pool.query(
    `select sum(rows)::integer as rows, max(rows)::integer <= 60 as bounded from retention_receipts where subject = $1::text and kind = 'agent_deleted'`,
    [agent],
  )
  // with its dead letter
  expect(rows).toEqual([{ rows: 502, bounded: true }])
  expect(await countFaults(on.pool)).toEqual([])
})

test('a session that has ended goes, and one that has not stays', async () => {
  await on.pool.query(
    `insert into sessions (token_hash, issuer, subject, kind, expires_at, ends_at)
     select 'session ' || n, 'i', 's', 'admin', now() + n * interval '1 h', now() + interval '2 h'
     from generate_series(-1, 1) n`,
  )
  await runOnce(on.work)
  const { rows } = await on.pool.query('select token_hash from sessions')
  expect(rows).toEqual([{ token_hash: 'session 1' }])
})
