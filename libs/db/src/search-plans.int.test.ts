import { openTestDatabase } from '@logboom/testing'
import type { TestDatabase } from '@logboom/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { countedSpansStatement, findCountedSpans } from './find-counted-spans.ts'
import { entryStatement } from './find-entry.ts'
import { findHorizon } from './find-horizon.ts'
import { findStreams } from './find-streams.ts'
import type { FoundStreams } from './find-streams.ts'
import type { RowFilter, RowQuery } from './match-rows.ts'
import { anyStream } from './match-streams.ts'
import type { StreamFilter } from './match-streams.ts'
import { openDatabase } from './open-database.ts'
import type { Database } from './open-database.ts'
import { explainScans, storePlanLines } from './plan-fixture.ts'
import type { LeafScan, PlanLines } from './plan-fixture.ts'
import { searchRows, searchRowsStatement } from './search-rows.ts'

let database: TestDatabase
let db: Database
let lines: PlanLines

beforeAll(async () => {
  database = await openTestDatabase()
  db = openDatabase({
    url: database.url,
    applicationName: 'test',
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
const minuteUs = 60e6
const limit = 101

type Changes = Partial<Omit<RowQuery, 'streams'>>

async function queryOf(streams: FoundStreams, changes: Changes = {}): Promise<RowQuery & { limit: number }> {
  const { classes } = await findHorizon(db)
  const window = { fromUs: lines.fromUs, toUs: lines.toUs }
  const sight = { scope, classes }
  return {
    sight,
    streams,
    spans: null,
    filter: noFilter,
    window,
    order: 'desc',
    after: null,
    limit,
    ...changes,
  }
}

const streamsOf = (filter: Partial<StreamFilter>) => findStreams(db, scope, { ...anyStream, ...filter })
const scansOf = (query: RowQuery & { limit: number }) =>
  explainScans(db.pool, searchRowsStatement(query), 'agent_logs')
const leavesOf = (scans: LeafScan[]) => [...new Set(scans.map(({ relation }) => relation))].toSorted()
const rowsOf = (scans: LeafScan[]) => scans.reduce((sum, { rows }) => sum + rows, 0)

/** Each leaf through this index of its own. */
function expectIndex(scans: LeafScan[], suffix: 'stream' | 'key'): void {
  expect(scans.length).toBeGreaterThan(0)
  for (const { relation, index } of scans) expect(index).toBe(`${relation}_${suffix}`)
}

describe('of all hours, only the newest partition is read for the newest page', () => {
  test.each(['usual', 'loud'] as const)('of the %s agent, a page of each of its streams', async (name) => {
    const scans = await scansOf(await queryOf(await streamsOf({ agentId: lines.agents[name] })))
    expect(leavesOf(scans)).toEqual(lines.leaves.slice(-1))
    expectIndex(scans, 'stream')
    expect(rowsOf(scans)).toBeLessThanOrEqual(4 * (limit + 1))
  })

  test('of one pod, of which no row more than the page', async () => {
    const streams = await streamsOf({ agentId: lines.agents.loud, podName: 'pod-1' })
    const scans = await scansOf(await queryOf(streams))
    expect(leavesOf(scans)).toEqual(lines.leaves.slice(-1))
    expectIndex(scans, 'stream')
    expect(rowsOf(scans)).toBeLessThanOrEqual(limit + 1)
  })

  test('of a level that every tenth line has', async () => {
    const streams = await streamsOf({ agentId: lines.agents.loud })
    const scans = await scansOf(await queryOf(streams, { filter: error }))
    expect(leavesOf(scans)).toEqual(lines.leaves.slice(-1))
    expectIndex(scans, 'stream')
    expect(rowsOf(scans)).toBeLessThan(4 * limit * 12)
  })

  test('of everybody, by time', async () => {
    const scans = await scansOf(await queryOf(await streamsOf({})))
    expect(leavesOf(scans)).toEqual(lines.leaves.slice(-1))
    expectIndex(scans, 'key')
    expect(rowsOf(scans)).toBeLessThanOrEqual(limit + 1)
  })
})

test('a page by cursor reads no more than the first one', async () => {
  const streams = await streamsOf({ agentId: lines.agents.usual })
  const first = await searchRows(db, await queryOf(streams))
  const after = first[limit - 2] ?? null
  const scans = await scansOf(await queryOf(streams, { after }))
  expect(leavesOf(scans)).toEqual(lines.leaves.slice(-1))
  expectIndex(scans, 'stream')
  expect(rowsOf(scans)).toBeLessThanOrEqual(4 * 2 * limit)
})

test('a page in the middle reads the partition of its time', async () => {
  const streams = await streamsOf({ agentId: lines.agents.loud })
  const toUs = lines.fromUs + 150 * minuteUs
  const scans = await scansOf(await queryOf(streams, { window: { fromUs: lines.fromUs, toUs } }))
  expect(leavesOf(scans)).toEqual(lines.leaves.slice(2, 3))
  expect(rowsOf(scans)).toBeLessThanOrEqual(4 * (limit + 1))
})

test('a text is looked for in the lines of its agent and hour alone', async () => {
  const streams = await streamsOf({ agentId: lines.agents.usual })
  const window = { fromUs: lines.toUs - 60 * minuteUs, toUs: lines.toUs }
  const scans = await scansOf(await queryOf(streams, { window, filter: { ...noFilter, text: 'nobody' } }))
  expect(leavesOf(scans)).toEqual(lines.leaves.slice(-1))
  expectIndex(scans, 'stream')
  expect(rowsOf(scans)).toBe(1_000)
})

describe('of the lines around one line', () => {
  const middle = async () => {
    const streams = await streamsOf({ agentId: lines.agents.loud, podName: 'pod-1' })
    const window = { fromUs: lines.fromUs, toUs: lines.fromUs + 150 * minuteUs }
    const [entry] = await searchRows(db, await queryOf(streams, { window }))
    if (!entry) throw new Error('an agent without lines')
    return { streams, entry }
  }

  test('the line itself is one look into the index of its partition', async () => {
    const { entry } = await middle()
    const { sight } = await queryOf(await streamsOf({}))
    const scans = await explainScans(db.pool, entryStatement(sight, entry), 'agent_logs')
    expect(leavesOf(scans)).toEqual(lines.leaves.slice(2, 3))
    expectIndex(scans, 'key')
    expect(rowsOf(scans)).toBe(1)
  })

  test.each(['desc', 'asc'] as const)(
    'only those of its stream are read, %s, however wide the window',
    async (order) => {
      const { streams, entry } = await middle()
      const toUs = order === 'desc' ? entry.us + 1 : lines.toUs
      const fromUs = order === 'desc' ? lines.fromUs : entry.us
      const scans = await scansOf(await queryOf(streams, { window: { fromUs, toUs }, order, after: entry }))
      expect(leavesOf(scans)).toEqual(lines.leaves.slice(2, 3))
      expectIndex(scans, 'stream')
      expect(rowsOf(scans)).toBeLessThanOrEqual(limit + 2)
    },
  )
})

describe('the counts know where rows are', () => {
  const countScans = async (query: RowQuery) =>
    explainScans(db.pool, countedSpansStatement(query, limit), 'log_counts')
  const atSpans = async (query: RowQuery & { limit: number }) => {
    const { spans, covered } = await findCountedSpans(db, query, limit)
    return { spans, covered, scans: await scansOf({ ...query, window: covered, spans }) }
  }

  test('of a rare level of an agent: as many looks as it has lines', async () => {
    const query = await queryOf(await streamsOf({ agentId: lines.agents.usual }), { filter: fatal })
    const { spans, covered, scans } = await atSpans(query)
    expect(covered).toEqual(query.window)
    expect(spans).toHaveLength(6)
    expectIndex(scans, 'stream')
    // one minute of one stream each: four or five lines
    expect(rowsOf(scans)).toBeLessThanOrEqual(6 * 5)
    const counts = await countScans(query)
    expect(counts.map(({ index }) => index)).not.toContain(null)
    expect(rowsOf(counts)).toBe(6)
  })

  test('of a rare level of everybody', async () => {
    const query = await queryOf(await streamsOf({}), { filter: fatal })
    const { spans, scans } = await atSpans(query)
    expect(spans).toHaveLength(6)
    expectIndex(scans, 'stream')
    const counts = await countScans(query)
    expect(counts.map(({ index }) => index)).toEqual(['log_counts_minute'])
    expect(rowsOf(counts)).toBe(6)
  })

  test('of an agent with one line: one look', async () => {
    const query = await queryOf(await streamsOf({ agentId: lines.agents.quiet }))
    const { spans, scans } = await atSpans(query)
    expect(spans).toHaveLength(1)
    expectIndex(scans, 'stream')
    expect(rowsOf(scans)).toBe(1)
    expect((await countScans(query)).map(({ index }) => index)).toEqual(['log_counts_key'])
  })

  test('of an agent with 2 500 streams: the newest minutes of those that have any', async () => {
    const streams = await streamsOf({ agentId: lines.agents.manyStreams })
    expect(streams).toHaveProperty('filter')
    const window = { fromUs: lines.toUs - 30 * minuteUs, toUs: lines.toUs }
    const { spans, covered, scans } = await atSpans(await queryOf(streams, { window }))
    expect(covered.fromUs).toBeGreaterThan(window.fromUs)
    expect(spans.length).toBeLessThan(2 * limit)
    expect(leavesOf(scans)).toEqual(lines.leaves.slice(-1))
    expectIndex(scans, 'stream')
    expect(rowsOf(scans)).toBeLessThan(2 * limit)
  })
})
