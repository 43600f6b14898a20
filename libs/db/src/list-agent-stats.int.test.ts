import { openTestDatabase } from '@logboom/testing'
import type { TestDatabase } from '@logboom/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findHorizon } from './find-horizon.ts'
import { agentStatsStatement, listAgentStats } from './list-agent-stats.ts'
import { openDatabase } from './open-database.ts'
import type { Database } from './open-database.ts'
import { explainScans } from './plan-fixture.ts'
import type { Sight } from './visible-rows.ts'

let database: TestDatabase
let db: Database
let agentIds: string[]
const streams = 400
const minutes = 780
const expiredMinutes = 60

/** 100 agents with 4 streams that had a line in each of 13 hours' minutes, the first of which has expired. */
beforeAll(async () => {
  database = await openTestDatabase()
  const settings = { jit: 'off', random_page_cost: '1.1' }
  db = openDatabase({ url: database.url, applicationName: 'test', settings })
  await db.pool.query(`
    insert into agents (name, cluster_name) select 'agent-' || n, 'test' from generate_series(1, 100) n`)
  await db.pool.query(`
    insert into log_streams (id, agent_id, namespace, pod_name, first_seen, last_seen, row_count, byte_count)
    select row_number() over (), id, 'n', 'pod-' || pod, now(), now(), ${minutes}, ${minutes * 200}
    from agents cross join generate_series(0, 3) pod`)
  await db.pool.query(`
    insert into log_counts (stream_id, minute, created_minute, rows, bytes, retention_class, severity)
    select stream, at, at, 1, 200, 1, 9
    from generate_series(1, ${streams}) stream, generate_series(1, ${minutes}) n,
      lateral (select date_trunc('minute', now()) - n * interval '1 minute' as at) as minutes
    order by at`)
  await db.pool.query('vacuum analyze')
  // so that no minute is just expiring
  const seconds = (minutes - expiredMinutes) * 60 + 90
  await db.pool.query('update retention_classes set retention_seconds = $1', [seconds])
  const { rows } = await db.pool.query<{ id: string }>('select id from agents')
  agentIds = rows.map(({ id }) => id)
})
afterAll(async () => {
  await db.close()
  await database.close()
})

async function sight(): Promise<Sight> {
  const { classes } = await findHorizon(db)
  return { scope: { agents: null, namespaces: null }, classes }
}

const scansOf = async (agentId: string | null, prefix: string) =>
  explainScans(db.pool, agentStatsStatement(await sight(), { agentId, limit: 1_000 }), prefix)

test('what has expired is not counted, though it is still in the totals of the streams', async () => {
  const { agents, sums } = await listAgentStats(db, await sight(), { agentId: null, limit: 10 })
  const left = minutes - expiredMinutes
  const ofStream = (agents[0]?.entries ?? 0) / 4
  expect(ofStream).toBeGreaterThanOrEqual(left)
  expect(ofStream).toBeLessThanOrEqual(left + 2)
  expect(agents).toHaveLength(10)
  expect(sums).toMatchObject({ agents: 100, entries: (agents[0]?.entries ?? 0) * 100 })
  expect(sums.bytes).toBe(sums.entries * 200)
})

test('of all counts, only those that have expired or just came are read', async () => {
  const scans = await scansOf(null, 'log_counts')
  expect(scans.map(({ index }) => index)).toEqual(scans.map(() => 'log_counts_received'))
  const read = scans.reduce((sum, { rows }) => sum + rows, 0)
  expect(read).toBeLessThan(streams * (expiredMinutes + 10))
})

test('of one agent, what has expired is found among its own counts', async () => {
  const scans = await scansOf(agentIds[0] ?? '', 'log_counts')
  const ofKey = scans.filter(({ index }) => index === 'log_counts_key')
  expect(ofKey.length).toBeGreaterThan(0)
  for (const { rows } of ofKey) expect(rows).toBeLessThan(4 * (expiredMinutes + 10))
  // the last minutes of everybody are so few here that it does not matter how they are found
  const read = scans.reduce((sum, { rows }) => sum + rows, 0)
  expect(read).toBeLessThan((streams * expiredMinutes) / 2)
})

test('no line is looked at', async () => {
  expect(await scansOf(null, 'agent_logs')).toEqual([])
})
