import { openTestDatabase } from '@logboom/testing'
import type { TestDatabase } from '@logboom/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPartition } from './create-partition.ts'
import { openDatabase } from './open-database.ts'
import type { Database } from './open-database.ts'
import { sumByValueStatement } from './sum-by-value.ts'
import { sumCountsStatement } from './sum-counts.ts'

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

test('by time and by value, it plans the partitions alone that it has to look into, and reads folded counts from their index', async () => {
  const leaves: string[] = []
  for (const hour of [0, 1, 2, 3])
    leaves.push((await createPartition(db.pool, { retentionClass: 1, timeUs: startUs + hour * hourUs })).name)
  // As many streams as make the table dear to read as a whole.
  await db.pool.query(`
    insert into log_counts
    select stream, minute, minute, 1, 10, 1, 9
    from generate_series(1, 100) stream,
      generate_series('2026-01-01T00:00Z'::timestamptz, '2026-01-01T03:00Z', '1 minute') minute`)
  await db.pool.query('vacuum analyze log_counts')
  const counted = { fromUs: startUs + hourUs, toUs: startUs + 3 * hourUs }
  const search = {
    sight: {
      scope: { agents: null, namespaces: null },
      classes: [{ classId: 1, retentionSeconds: 86_400 * 365 }],
    },
    streams: { ids: ['1', '2'] },
    filter: { severities: [], since: null, until: null, text: null, attributes: [] },
    order: 'desc' as const,
    after: null,
    counted,
    holes: [],
    scanned: [{ fromUs: startUs + 3 * hourUs, toUs: startUs + 3 * hourUs + 30e6 }],
    expiring: [{ classId: 1, fromUs: counted.fromUs, toUs: counted.fromUs + 60e6 }],
  }
  const byTime = sumCountsStatement({ ...search, intervalSeconds: 3_600 })
  const byValue = sumByValueStatement(search, { field: { column: 'namespace' }, prefix: 'n', limit: 20 })
  for (const { text, values } of [byTime, byValue]) {
    const { rows } = await db.pool.query<{ 'QUERY PLAN': string }>(`explain ${text}`, values)
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
    expect(leaves.filter((leaf) => plan.includes(leaf))).toEqual([leaves[1], leaves[3]])
    expect(plan).toContain('Index Only Scan using log_counts_key')
  }
})
