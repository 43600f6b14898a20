import { openTestDatabase } from '@logboom/testing'
import type { TestDatabase } from '@logboom/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPartition } from './create-partition.ts'
import { findHorizon } from './find-horizon.ts'
import { openDatabase } from './open-database.ts'
import type { Database } from './open-database.ts'
import { putRetentionClass } from './put-retention-class.ts'
import { searchRowsStatement } from './search-rows.ts'

let database: TestDatabase
let db: Database
const hourUs = 3_600e6
const startUs = Date.parse('2026-01-01T00:00:00Z') * 1000

beforeAll(async () => {
  database = await openTestDatabase()
  db = openDatabase({ url: database.url, applicationName: 'test' })
})
afterAll(async () => {
  await db.close()
  await database.close()
})

test('the horizon of a database without partitions has no span', async () => {
  const horizon = await findHorizon(db)
  expect(horizon).toMatchObject({
    span: null,
    classes: [{ classId: 1, name: 'default', retentionSeconds: 43_200 }],
  })
  expect(Math.abs(horizon.nowUs / 1000 - Date.now())).toBeLessThan(10_000)
})

test('a search plans the partitions of its window alone, and of classes that exist', async () => {
  const { retentionClass } = await putRetentionClass(db.pool, { name: 'other', retentionSeconds: 86_400 })
  const leaves: string[] = []
  for (const retentionClassId of [1, retentionClass.id]) {
    for (const hour of [0, 1, 2]) {
      const leaf = await createPartition(db.pool, {
        retentionClass: retentionClassId,
        timeUs: startUs + hour * hourUs,
      })
      leaves.push(leaf.name)
    }
  }
  const { classes, span } = await findHorizon(db)
  expect(span).toEqual({ fromUs: startUs, toUs: startUs + 3 * hourUs })
  const statement = searchRowsStatement({
    sight: {
      scope: { agents: null, namespaces: null },
      classes: classes.filter(({ classId }) => classId === 1),
    },
    streams: { ids: ['1', '2'] },
    spans: null,
    filter: { severities: [[9, 12]], since: null, until: null, text: 'x', attributes: [] },
    window: { fromUs: startUs + hourUs, toUs: startUs + hourUs + 60e6 },
    order: 'desc',
    after: null,
    limit: 100,
  })
  const { rows } = await db.pool.query<{ 'QUERY PLAN': string }>(
    `explain ${statement.text}`,
    statement.values,
  )
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
  expect(leaves.filter((leaf) => plan.includes(leaf))).toEqual([leaves[1]])
  expect(plan).toMatch(/Index Scan|Bitmap Index Scan/)
})

test('a search that knows where its rows are looks into the index of the leaves there, and nowhere else', async () => {
  const { rows: leaves } = await db.pool.query<{ name: string }>(
    'select name from log_partitions where retention_class = 1 order by from_time',
  )
  await db.pool.query(
    `insert into agent_logs (timestamp, created_at, stream_id, id, suborder, retention_class, flags, message)
     select to_timestamp($1::double precision) + make_interval(secs => n), now(), n % 50, gen_random_uuid(), 0, 1, 0, 'x'
     from generate_series(0, 10799) n where n % 3600 < 1800`,
    [startUs / 1e6],
  )
  await db.pool.query(
    `with agent as (insert into agents (name, cluster_name) values ('a', 'c') returning id)
     insert into log_streams (id, agent_id, namespace, pod_name, first_seen, last_seen)
     select n, agent.id, 'n', 'p', now(), now() from agent, generate_series(1, 50) n`,
  )
  await db.pool.query('analyze agent_logs, log_streams')
  const span = (streamId: string, hour: number) => ({
    streamId,
    minUs: startUs + hour * hourUs + 600e6,
    maxUs: startUs + hour * hourUs + 800e6,
  })
  const statement = searchRowsStatement({
    sight: { scope: { agents: null, namespaces: null }, classes: [{ classId: 1, retentionSeconds: 43_200 }] },
    streams: { ids: ['1', '2'] },
    spans: [span('1', 0), span('2', 0), span('1', 2)],
    filter: { severities: [], since: null, until: null, text: null, attributes: [] },
    window: { fromUs: startUs, toUs: startUs + 3 * hourUs },
    order: 'desc',
    after: null,
    limit: 100,
  })
  const { rows } = await db.pool.query<{ 'QUERY PLAN': string }>(
    `explain (analyze, costs off, timing off, summary off, buffers off) ${statement.text}`,
    statement.values,
  )
  const scans = rows
    .map((row) => row['QUERY PLAN'].trim())
    .filter((text) => text.includes('agent_logs_c') && !text.includes('never executed'))
  expect(scans).toEqual([
    expect.stringMatching(new RegExp(`Index Scan using ${leaves[0]?.name}_stream .*loops=2`)),
    expect.stringMatching(new RegExp(`Index Scan using ${leaves[2]?.name}_stream .*loops=1`)),
  ])
})
