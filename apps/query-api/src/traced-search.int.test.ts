import { randomUUID } from 'node:crypto'
import { decodeTuple, encodeFields, splitTuples, textJobVersion } from '@logboom/contracts'
import type { BatchJob, LogPage } from '@logboom/contracts'
import { anyStream, createStreamCache, listLeaves, rewritePartition, writeBatch } from '@logboom/db'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { jobOfLines } from './line-fixture.ts'
import type { Line } from './line-fixture.ts'
import { parseLogQuery } from './log-query.ts'
import { openQueryApi } from './query-fixture.ts'
import type { TestQueryApi } from './query-fixture.ts'
import { beginSearch } from './begin-search.ts'

let api: TestQueryApi
beforeAll(async () => {
  api = await openQueryApi()
})
afterAll(() => api.close())

const write = (job: BatchJob) => writeBatch(api.db, job, createStreamCache())

/** While the ledger is said to be incomplete, a search is one like any other. */
async function withoutLedger<T>(search: () => Promise<T>): Promise<T> {
  await api.pool.query(`update retention_classes set ledger_since = 'infinity'`)
  try {
    return await search()
  } finally {
    await api.pool.query(`update retention_classes set ledger_since = '-infinity'`)
  }
}

async function walk(path: string, as: string): Promise<LogPage[]> {
  const pages: LogPage[] = []
  let cursor = ''
  do {
    const page = await api.page(`${path}${cursor}`, as)
    pages.push(page)
    cursor = `&cursor=${page.next_cursor}`
  } while (pages.at(-1)?.has_more)
  return pages
}

const traces = ['t1', 't2', 't3', 't4']

const attributes = fc.oneof(
  fc.constantFrom(...traces).map((trace_id) => ({ trace_id })),
  fc.constantFrom(...traces).map((trace_id) => ({ trace_id, correlation_id: 'c', n: 5 })),
  fc.constantFrom(
    null,
    { n: 5 },
    { trace_id: 5 },
    { trace_id: null },
    { trace_id: ['t1'] },
    { x: { trace_id: 't1' } },
  ),
)

const line = fc
  .record({
    back: fc.constantFrom(0, 0, 1, 2e6, 3e6, 40e6, 3_600e6, 30_000e6),
    ns: fc.constantFrom(0, 1, 999),
    seq: fc.constantFrom(0, 1),
    attributes,
    pod_name: fc.constantFrom('p1', 'p2', 'p3'),
    namespace: fc.constantFrom('blue', 'green'),
    message: fc.constantFrom('alpha', 'beta'),
  })
  .map(({ back, ns, attributes: given, namespace, pod_name, ...rest }): Line => ({
    ...rest,
    id: randomUUID(),
    time: { us: api.nowUs - back, ns },
    attributes: given && JSON.stringify(given),
    stream: { namespace, pod_name },
  }))

/** Stores some lines in one of the ways that a batch may go. */
const fates: ((agentId: string, lines: Line[]) => Promise<unknown>)[] = [
  (agentId, lines) => api.store(agentId, lines),
  // of a release that made no filter
  async (agentId, lines) => {
    const { job } = jobOfLines(agentId, lines)
    delete job.header.trace_filter
    await write(job)
  },
  // sent twice: the second time all of it is there
  async (agentId, lines) => {
    await api.store(agentId, lines)
    await write(jobOfLines(agentId, lines).job)
  },
  // of what is sent again some is there
  async (agentId, lines) => {
    await api.store(agentId, lines.slice(0, lines.length / 2))
    await write(jobOfLines(agentId, lines).job)
  },
  // PostgreSQL refuses the last of them
  async (agentId, lines) => {
    const { job } = jobOfLines(agentId, lines)
    const texts = splitTuples(job.rows).map((tuple) => `${encodeFields(decodeTuple(tuple))}\n`)
    const rows = Buffer.from(texts.join('').replace(/\t[^\t]*\n$/, '\t{broken\n'))
    await write({ header: { ...job.header, v: textJobVersion }, rows })
  },
  // some have expired, and others are about to
  (agentId, lines) =>
    api.store(
      agentId,
      lines.map((one, index) => ({ ...one, createdUs: api.nowUs - (index % 2 === 0 ? 13 : 11) * 3_600e6 })),
    ),
]

async function storeAll(agents: string[]): Promise<void> {
  const drawn = fc.sample(fc.array(line, { minLength: 1, maxLength: 20 }), { numRuns: 60, seed: 11 })
  for (const [index, lines] of drawn.entries()) {
    const agentId = agents[index % agents.length] ?? ''
    await fates[index % fates.length]?.(agentId, lines)
  }
}

/** As retention-worker does with a leaf of which little is left. */
async function rewriteLeaves(): Promise<void> {
  const signer = { kid: 'test', sign: () => '' }
  for (const leaf of await listLeaves(api.pool)) await rewritePartition(api.pool, signer, leaf)
}

describe('a search for a traced value', () => {
  let readers: string[]
  beforeAll(async () => {
    const agents = await Promise.all([
      api.createAgent(),
      api.createAgent(),
      api.createAgent(),
      api.createAgent(),
    ])
    const ids = agents.map(({ id }) => id)
    await storeAll(ids)
    await rewriteLeaves()
    await storeAll(ids)
    await api.pool.query('update agents set deleted_at = now() where id = $1::uuid', [ids[3]])
    readers = [
      api.admin,
      agents[0]?.pak ?? '',
      await api.issueReader({ agents: ids.slice(1, 3) }),
      await api.issueReader({ namespaces: ['green'] }),
    ]
  })

  const query = fc.record({
    trace: fc.constantFrom(
      ...traces.map((trace) => `attributes.trace_id=${trace}`),
      'attributes.trace_id=5',
      'attributes.trace_id=nobody',
      'attributes.trace_id=["t1"]',
      'attributes.correlation_id=c',
      'attributes.correlation_id=c&attributes.trace_id=t2',
      'attributes.trace_id=t1&attributes.n=5',
    ),
    filter: fc.constantFrom(
      '',
      '&namespace=blue',
      '&pod_name_exact=p1',
      '&q=alpha',
      '&q=/^b/',
      '&labels.app=x',
    ),
    since: fc.constantFrom(null, 0, 1, 3e6, 3_600e6),
    until: fc.constantFrom(null, -1, 0, 1, 40e6),
    order: fc.constantFrom('asc', 'desc'),
    limit: fc.integer({ min: 1, max: 40 }),
    offset: fc.constantFrom(0, 0, 3, 100),
    total: fc.constantFrom('capped', 'exact', 'none'),
    reader: fc.nat(3),
  })

  test('finds what any search finds, in the same pages', async () => {
    let found = 0
    await fc.assert(
      fc.asyncProperty(query, async ({ trace, filter, since, until, reader, offset, ...page }) => {
        const times = [
          ...(since === null ? [] : [`since=${api.nowUs - since}001`]),
          ...(until === null ? [] : [`until=${api.nowUs - until}001`]),
        ]
        if (since !== null && until !== null && until > since) return
        const rest = Object.entries(page).map(([name, value]) => `${name}=${value}`)
        const path = `/api/v1/logs?${[trace + filter, ...times, ...rest].join('&')}`
        const as = readers[reader] ?? ''
        const search = async () => ({
          pages: (await walk(path, as)).map(withoutClock),
          cut: withoutClock(await api.page(`${path}&offset=${offset}`, as)),
        })
        const quick = await search()
        expect(quick).toEqual(await withoutLedger(search))
        found += quick.pages.flatMap(({ logs }) => logs).length
      }),
      { numRuns: 60, seed: 5 },
    )
    expect(found).toBeGreaterThan(200)
  })
})

/** Without the oldest time that is kept, which is another one at each search. */
function withoutClock({
  logs,
  total,
  total_is_exact,
  has_more,
  next_cursor,
  gaps,
}: LogPage): Partial<LogPage> {
  return { logs, total, total_is_exact, has_more, next_cursor, gaps }
}

describe('the ledger', () => {
  const resolve = async (query: string, agentId: string | null = null) => {
    const { places } = await beginSearch(
      { db: api.db, config: { MAX_INSTANCES: 1 } },
      {
        scope: { agents: null, namespaces: null },
        streams: { ...anyStream, agentId },
        query: parseLogQuery(Object.fromEntries(new URLSearchParams(query))),
        filters: null,
        signal: new AbortController().signal,
      },
      () => ({ since: { us: api.nowUs - 7_200e6, ns: 0 }, until: { us: api.nowUs + 1e6, ns: 0 } }),
    )
    return places
  }

  test('leads a search to the part of a batch that has the value', async () => {
    const { id } = await api.createAgent()
    const trace = randomUUID()
    const fromUs = api.nowUs - 160e6
    const lines = Array.from({ length: 160 }, (_, index): Line => ({
      time: { us: fromUs + index * 1e6, ns: 0 },
      attributes: JSON.stringify({ trace_id: index === 50 ? trace : randomUUID() }),
    }))
    await api.store(id, lines)
    const spans = (await resolve(`attributes.trace_id=${trace}`, id)).spans ?? []
    const tracedUs = fromUs + 50e6
    expect(spans.some(({ minUs, maxUs }) => minUs <= tracedUs && tracedUs <= maxUs)).toBe(true)
    // one sixteenth, and by chance perhaps another
    const readUs = spans.reduce((sum, { minUs, maxUs }) => sum + maxUs - minUs, 0)
    expect(readUs).toBeLessThan((Date.now() * 1000 - fromUs) / 4)
    expect((await resolve(`attributes.trace_id=${randomUUID()}`, id)).spans).toEqual([])
  })

  test('is not asked for what it does not know: other attributes, and lists or objects as text', async () => {
    for (const query of [
      'attributes.n=5',
      'attributes.trace_id=["t1"]',
      'attributes.trace_id={"a": 1}',
      'q=x',
    ]) {
      expect((await resolve(query)).spans).toBeNull()
    }
    expect((await resolve('attributes.trace_id=t1&attributes.n=5')).spans).not.toBeNull()
  })

  test('is passed by where a value is in too many places', async () => {
    const { id } = await api.createAgent()
    const lines = Array.from({ length: 5_001 }, (_, index): Line => ({
      time: { us: api.nowUs, ns: 0 },
      attributes: '{"correlation_id":"everywhere"}',
      stream: { pod_name: `pod ${index}` },
    }))
    await api.store(id, lines)
    expect(await resolve('attributes.correlation_id=everywhere')).toMatchObject({ spans: null })
    const { total } = await api.page('/api/v1/logs?attributes.correlation_id=everywhere')
    expect(total).toBe(5_001)
  })
})
