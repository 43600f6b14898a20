import { openTestDatabase } from '@logboom/testing'
import type { TestDatabase } from '@logboom/testing'
import type { Sql } from 'sql-template-tag'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createPartitions } from './create-partitions.ts'
import { countedSpansStatement, findCountedSpans } from './find-counted-spans.ts'
import { findHorizon } from './find-horizon.ts'
import { findStreams } from './find-streams.ts'
import type { RowFilter, RowQuery } from './match-rows.ts'
import { anyStream } from './match-streams.ts'
import { openDatabase } from './open-database.ts'
import type { Database } from './open-database.ts'
import { explainPrepared, storePlanLines } from './plan-fixture.ts'
import type { LeafScan, PlanLines } from './plan-fixture.ts'
import { searchRows, searchRowsStatement } from './search-rows.ts'
import { sumByValue, sumByValueStatement } from './sum-by-value.ts'
import { sumCounts, sumCountsStatement } from './sum-counts.ts'
import type { CountsQuery } from './sum-counts.ts'

let database: TestDatabase
let db: Database
let lines: PlanLines

beforeAll(async () => {
  database = await openTestDatabase()
  db = openDatabase({
    url: database.url,
    applicationName: 'test',
    prepare: true,
    connectionsMax: 1, // so that what was prepared can be explained
    settings: { jit: 'off', random_page_cost: '1.1' },
  })
  lines = await storePlanLines(database.pool)
})
afterAll(async () => {
  await db.close()
  await database.close()
})

const scope = { agents: null, namespaces: null }
const noFilter: RowFilter = { severities: [], since: null, until: null, text: null, attributes: [] }
const fatal: RowFilter = { ...noFilter, severities: [[21, 32_767]] }
const error: RowFilter = { ...noFilter, severities: [[17, 20]] }
const hourUs = 3_600e6
const limit = 101
/** Three until it is worth a name, five that are planned for their values, and some more. */
const often = 10

type Query = RowQuery & { limit: number }
type Agent = keyof PlanLines['agents']

async function queryOf(agent: Agent, changes: Partial<Query> = {}): Promise<Query> {
  const { classes } = await findHorizon(db)
  return {
    sight: { scope, classes },
    streams: await findStreams(db, scope, { ...anyStream, agentId: lines.agents[agent] }),
    spans: null,
    filter: noFilter,
    window: { fromUs: lines.fromUs, toUs: lines.toUs },
    order: 'desc',
    after: null,
    limit,
    ...changes,
  }
}

const newestHour = () => ({ fromUs: lines.toUs - hourUs, toUs: lines.toUs })

async function repeat(ask: () => Promise<unknown>): Promise<void> {
  for (let n = 0; n < often; n += 1) await ask()
}

/** How the kept plan reads what is asked now. */
function explain({ text, values }: Sql, prefix: string): Promise<LeafScan[]> {
  const name = db.names?.nameOf(text)
  if (name === undefined) throw new Error('the statement was not prepared')
  return explainPrepared(db.pool, { name, values }, prefix)
}

const leavesOf = (scans: LeafScan[]) => [...new Set(scans.map(({ relation }) => relation))].toSorted()
const rowsOf = (scans: LeafScan[]) => scans.reduce((sum, { rows }) => sum + rows, 0)

function expectStreamIndex(scans: LeafScan[]): void {
  expect(scans.length).toBeGreaterThan(0)
  for (const { relation, index } of scans) expect(index).toBe(`${relation}_stream`)
}

describe('a page whose plan was kept for the loud agent', () => {
  test.each(['loud', 'usual', 'quiet'] as const)(
    'is looked up for the %s one in the hour asked for',
    async (agent) => {
      const [loud, query] = [await queryOf('loud'), await queryOf(agent, { window: newestHour() })]
      await repeat(() => searchRows(db, loud))
      const scans = await explain(searchRowsStatement(query), 'agent_logs')
      expect(leavesOf(scans)).toEqual(lines.leaves.slice(-1))
      expectStreamIndex(scans)
      expect(rowsOf(scans)).toBeLessThanOrEqual(4 * (limit + 1))
    },
  )

  test('reads no more partitions of all hours than it needs', async () => {
    await repeat(async () => searchRows(db, await queryOf('loud')))
    const scans = await explain(searchRowsStatement(await queryOf('usual')), 'agent_logs')
    expect(leavesOf(scans)).toEqual(lines.leaves.slice(-1))
    expect(rowsOf(scans)).toBeLessThanOrEqual(4 * (limit + 1))
  })

  test('of a level finds that of another agent', async () => {
    await repeat(async () => searchRows(db, await queryOf('loud', { filter: error })))
    const query = await queryOf('usual', { filter: error, window: newestHour() })
    const scans = await explain(searchRowsStatement(query), 'agent_logs')
    expect(leavesOf(scans)).toEqual(lines.leaves.slice(-1))
    expectStreamIndex(scans)
    expect(rowsOf(scans)).toBeLessThanOrEqual(1_000)
  })

  test('at spans reads these alone', async () => {
    const spansOf = async (agent: Agent, filter: RowFilter) => {
      const query = await queryOf(agent, { filter })
      return { ...query, spans: (await findCountedSpans(db, query, limit)).spans }
    }
    const loud = await spansOf('loud', error)
    await repeat(() => searchRows(db, loud))
    const rare = await spansOf('usual', fatal)
    const scans = await explain(searchRowsStatement(rare), 'agent_logs')
    expectStreamIndex(scans)
    expect(rowsOf(scans)).toBeLessThanOrEqual(6 * 5)
  })
})

describe('counts that were kept for the loud agent are looked up for others', () => {
  test.each(['usual', 'quiet'] as const)('where lines are: the %s one', async (agent) => {
    await repeat(async () => findCountedSpans(db, await queryOf('loud', { filter: error }), limit))
    const query = await queryOf(agent, { filter: error })
    const scans = await explain(countedSpansStatement(query, limit), 'log_counts')
    expect(scans.map(({ index }) => index)).toEqual(['log_counts_key'])
    // at most one for each minute of each stream
    expect(rowsOf(scans)).toBeLessThanOrEqual(4 * 6 * 60)
  })

  test('where lines are, of several classes', async () => {
    const severalOf = async (agent: Agent) => {
      const query = await queryOf(agent, { filter: fatal })
      const classes = [1, 2, 3, 4].map((classId) => ({ classId, retentionSeconds: 86_400 }))
      return { ...query, sight: { scope, classes } }
    }
    await repeat(async () => findCountedSpans(db, await severalOf('loud'), limit))
    const scans = await explain(countedSpansStatement(await severalOf('usual'), limit), 'log_counts')
    expect(scans.map(({ index }) => index)).toEqual(['log_counts_key'])
    expect(rowsOf(scans)).toBe(6)
  })

  const countsOf = async (agent: Agent, filter: RowFilter): Promise<CountsQuery> => ({
    ...(await queryOf(agent, { filter })),
    intervalSeconds: 300,
    counted: { fromUs: lines.fromUs, toUs: lines.toUs },
    holes: [],
    scanned: [{ fromUs: lines.toUs - 30e6, toUs: lines.toUs }],
    expiring: [{ classId: 1, fromUs: lines.fromUs - 120e6, toUs: lines.fromUs + 60e6 }],
  })

  test('how many there are', async () => {
    await repeat(async () => sumCounts(db, await countsOf('loud', fatal), {}))
    const statement = sumCountsStatement(await countsOf('usual', fatal))
    const counts = await explain(statement, 'log_counts')
    expect(counts.map(({ index }) => index)).toEqual(['log_counts_key'])
    expect(rowsOf(counts)).toBe(6)
    const looks = await explain(statement, 'agent_logs')
    expect(leavesOf(looks)).toEqual([lines.leaves[0], lines.leaves.at(-1)])
    expectStreamIndex(looks)
  })

  test('the values of a field', async () => {
    const query = { field: { column: 'pod_name' }, prefix: null, limit: 20 } as const
    await repeat(async () => sumByValue(db, await countsOf('loud', fatal), query))
    const statement = sumByValueStatement(await countsOf('usual', fatal), query)
    const counts = await explain(statement, 'log_counts')
    expect(counts.map(({ index }) => index)).toEqual(['log_counts_key'])
    expect(rowsOf(counts)).toBe(6)
    expectStreamIndex(await explain(statement, 'agent_logs'))
  })
})

test('a partition that was empty when the plan was made is looked into all the same', async () => {
  const window = { fromUs: lines.toUs, toUs: lines.toUs + hourUs }
  const [leaf] = await createPartitions(db.pool, {
    retentionClass: 1,
    fromUs: window.fromUs,
    toUs: window.toUs - 1,
  })
  await repeat(async () => searchRows(db, await queryOf('loud', { window })))
  await db.pool.query(
    `insert into agent_logs (timestamp, created_at, stream_id, id, suborder, retention_class, severity, flags, message)
     select timestamp + interval '1 hour', now(), stream_id, gen_random_uuid(), 0, 1, severity, flags, message
     from agent_logs where timestamp >= to_timestamp($1::float8)`,
    [(lines.toUs - hourUs) / 1e6],
  )
  const scans = await explain(searchRowsStatement(await queryOf('usual', { window })), 'agent_logs')
  expect(leavesOf(scans)).toEqual([leaf?.name])
  expectStreamIndex(scans)
  expect(rowsOf(scans)).toBeLessThanOrEqual(4 * (limit + 1))
})
