import * as fc from 'fast-check'
import { severityOf, suborderOf } from '@logboom/contracts'
import type { LogPage } from '@logboom/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openQueryApi } from './query-fixture.ts'
import type { Line } from './line-fixture.ts'
import type { TestQueryApi } from './query-fixture.ts'

let api: TestQueryApi
beforeAll(async () => {
  api = await openQueryApi()
})
afterAll(() => api.close())

/** Follows cursors to the end; `between` runs after each page. */
async function walk(
  from: TestQueryApi,
  path: string,
  limit: number,
  between: (page: LogPage) => unknown = () => {},
): Promise<LogPage[]> {
  const pages: LogPage[] = []
  let cursor = ''
  do {
    const page = await from.page(`${path}&limit=${limit}${cursor}`)
    pages.push(page)
    await between(page)
    cursor = `&cursor=${page.next_cursor}`
    expect(page.has_more).toBe(page.next_cursor !== null)
  } while (pages.at(-1)?.has_more)
  return pages
}

const idsOf = (pages: LogPage[]) => pages.flatMap(({ logs }) => logs.map(({ id }) => id))

describe('pages by cursor are the whole list, each entry once, in order', () => {
  // Few distinct values, so that entries share microseconds, nanoseconds and seq; hours apart, so that windows widen.
  const line = fc.record({
    back: fc.constantFrom(0, 0, 1, 2, 3e6, 40e6, 3_600e6, 36_000e6),
    ns: fc.constantFrom(0, 1, 999),
    seq: fc.constantFrom(0, 0, 1, 2 ** 21 - 1),
    message: fc.constantFrom('alpha', 'beta', 'GAMMA'),
    severity: fc.constantFrom(severityOf.INFO, severityOf.ERROR, null),
    pod: fc.constantFrom('p1', 'p2', 'q'),
  })
  const query = fc.record({
    filter: fc.constantFrom(
      '',
      'q=a',
      'q=/^(beta|GAMMA)$/',
      'min_level=INFO',
      'pod_name=p',
      'pod_name=q&level=ERROR',
    ),
    order: fc.constantFrom('asc' as const, 'desc' as const),
    limit: fc.integer({ min: 2, max: 20 }),
    offset: fc.integer({ min: 0, max: 45 }),
  })
  let path: string
  let lines: (Line & { id: string; order: [number, number, string] })[]

  beforeAll(async () => {
    const agent = await api.createAgent()
    path = `/api/v1/agents/${agent.id}/logs?`
    const drawn = fc.sample(line, { numRuns: 120, seed: 7 }).map(({ back, ns, seq, pod, ...rest }) => ({
      ...rest,
      time: { us: api.nowUs - back, ns },
      seq,
      stream: { pod_name: pod },
    }))
    const ids = await api.store(agent.id, drawn)
    lines = drawn.map((one, index) => {
      const id = ids[index] ?? ''
      return { ...one, id, order: [one.time.us, suborderOf(one.time.ns, one.seq), id] }
    })
  })

  function expected(filter: string, order: 'asc' | 'desc'): string[] {
    const matching: Record<string, (one: Line) => boolean> = {
      'q=a': () => true,
      'q=/^(beta|GAMMA)$/': (one) => one.message !== 'alpha',
      'min_level=INFO': (one) => one.severity !== null,
      'pod_name=p': (one) => one.stream?.pod_name !== 'q',
      'pod_name=q&level=ERROR': (one) => one.stream?.pod_name === 'q' && one.severity === severityOf.ERROR,
    }
    const sorted = lines
      .filter(matching[filter] ?? (() => true))
      .toSorted(
        (a, b) => a.order[0] - b.order[0] || a.order[1] - b.order[1] || (a.order[2] < b.order[2] ? -1 : 1),
      )
      .map(({ id }) => id)
    return order === 'asc' ? sorted : sorted.toReversed()
  }

  test('whatever the limit, filter and order', async () => {
    await fc.assert(
      fc.asyncProperty(query, async ({ filter, order, limit }) => {
        const pages = await walk(api, `${path}${filter}&order=${order}`, limit)
        expect(idsOf(pages)).toEqual(expected(filter, order))
        expect(pages.slice(0, -1).every(({ logs }) => logs.length === limit)).toBe(true)
      }),
      { numRuns: 20 },
    )
  })

  test('and offset cuts the same list', async () => {
    await fc.assert(
      fc.asyncProperty(query, async ({ filter, order, limit, offset }) => {
        const page = await api.page(`${path}${filter}&order=${order}&limit=${limit}&offset=${offset}`)
        const all = expected(filter, order)
        expect(idsOf([page])).toEqual(all.slice(offset, offset + limit))
        expect(page.has_more).toBe(all.length > offset + limit)
        // What this process judges is counted as far as it was seen.
        const known = filter.includes('/') ? {} : { total: all.length, total_is_exact: true }
        expect(page).toMatchObject(known)
      }),
      { numRuns: 20 },
    )
  })
})

test('a window that ends when time does can be paged through', async () => {
  const { id } = await api.createAgent()
  await api.store(id, [{}, {}, {}])
  const path = `/api/v1/agents/${id}/logs?since=0&until=9999-12-31T23:59:59.999999999Z`
  expect(idsOf(await walk(api, path, 1))).toHaveLength(3)
})

test('entries that arrive meanwhile make no page repeat or skip', async () => {
  const { id } = await api.createAgent()
  const first = await api.store(
    id,
    Array.from({ length: 30 }, (_, seq) => ({ time: { us: api.nowUs, ns: 5 }, seq })),
  )
  const arrive = () =>
    api.store(id, [
      { time: { us: api.nowUs, ns: 5 }, seq: 15 },
      { time: { us: api.nowUs + 1e6, ns: 0 } },
      { time: { us: api.nowUs - 1e6, ns: 0 } },
    ])
  const seen = idsOf(
    await walk(api, `/api/v1/agents/${id}/logs?`, 4, (page) => page.logs.length === 4 && arrive()),
  )
  expect(new Set(seen).size).toBe(seen.length)
  expect(seen.filter((one) => first.includes(one))).toEqual(first.toReversed())
})

test('a relative window stands still while it is paged through', async () => {
  const { id } = await api.createAgent()
  const nowUs = Date.now() * 1000
  const ids = await api.store(
    id,
    [0, 1, 2].map((index) => ({ time: { us: nowUs - 3e6 + 400_000 + index, ns: 0 } })),
  )
  const path = `/api/v1/agents/${id}/logs?since=3s&limit=1`
  const first = await api.page(path)
  // By now the oldest would have left a window counted anew.
  await expect.poll(async () => (await api.page(path)).logs.length, { timeout: 5_000 }).toBe(0)
  const second = await api.page(`${path}&cursor=${first.next_cursor}`)
  const third = await api.page(`${path}&cursor=${second.next_cursor}`)
  expect(idsOf([first, second, third])).toEqual(ids.toReversed())
})

describe('total', () => {
  let path: string
  beforeAll(async () => {
    const { id } = await api.createAgent()
    path = `/api/v1/agents/${id}/logs?`
    for (const batch of [0, 1]) {
      await api.store(
        id,
        Array.from({ length: 5_001 }, (_, seq) => ({ seq, time: { us: api.nowUs - batch * 1e6, ns: 0 } })),
      )
    }
  })

  test('is capped at 10 000 unless more costs nothing, counted to the end, or not counted', async () => {
    expect(await api.page(`${path}limit=1&q=line`)).toMatchObject({
      total: 10_000,
      total_is_exact: false,
      has_more: true,
    })
    expect(await api.page(`${path}limit=1&q=line&total=exact`)).toMatchObject({
      total: 10_002,
      total_is_exact: true,
    })
    expect(await api.page(`${path}limit=1`)).toMatchObject({
      total: 10_000,
      total_is_exact: false,
      has_more: true,
    })
    expect(await api.page(`${path}limit=1&since=${api.nowUs - 60e6}`)).toMatchObject({
      total: 10_002,
      total_is_exact: true,
      has_more: true,
    })
    expect(await api.page(`${path}limit=1&total=exact`)).toMatchObject({
      total: 10_002,
      total_is_exact: true,
    })
    const first = await api.page(`${path}limit=3&total=none`)
    expect(first).toMatchObject({ total: 3, total_is_exact: false })
    const second = await api.page(`${path}limit=3&total=none&cursor=${first.next_cursor}`)
    expect(second).toMatchObject({ total: 6, total_is_exact: false })
    expect(await api.page(`${path}offset=10000&total=none`)).toMatchObject({
      total: 10_002,
      total_is_exact: true,
    })
  })

  test('is the same on every page', async () => {
    const totals = (await walk(api, `${path}since=${api.nowUs}`, 1_000)).map(({ total, total_is_exact }) => [
      total,
      total_is_exact,
    ])
    expect(totals).toEqual(Array.from({ length: 6 }, () => [5_001, true]))
  })
})

describe('when time runs out', () => {
  let hurried: TestQueryApi
  beforeAll(async () => {
    hurried = await openQueryApi({
      SEARCH_TIME_MS: '100',
      STATEMENT_TIMEOUT_MS: '300',
      COUNT_TIMEOUT_MS: '50',
    })
  })
  afterAll(() => hurried.close())

  test('an expression that matches nothing gives cursors to go on from, until all is seen', async () => {
    const { id } = await hurried.createAgent()
    // Random a and b are what this expression is slow on: 10 ms for each line.
    const random = () => Array.from({ length: 4_096 }, () => (Math.random() < 0.5 ? 'a' : 'b')).join('')
    await hurried.store(
      id,
      Array.from({ length: 50 }, (_, seq) => ({
        seq,
        message: random(),
        time: { us: hurried.nowUs - seq * 60e6, ns: 0 },
      })),
    )
    const path = `/api/v1/agents/${id}/logs?q=${encodeURIComponent('/a[ab]{60}[cd]/')}`
    const pages = await walk(hurried, path, 1_000)
    expect(pages.length).toBeGreaterThan(1)
    expect(idsOf(pages)).toEqual([])
    expect(pages[0]).toMatchObject({ total: 0, total_is_exact: false, has_more: true })
    // The same way with lines to be found leaves none of them out.
    const all = await walk(hurried, path.replace('%5Bcd%5D', '%5Bab%5D'), 1_000)
    expect(new Set(idsOf(all)).size).toBe(50)
  })

  test('a statement that takes too long is a 503 that says so', async () => {
    const { id } = await hurried.createAgent()
    await hurried.store(id, [{}, {}])
    const blocker = await hurried.pool.connect()
    await blocker.query('begin; lock table agent_logs in access exclusive mode')
    const { status, body, headers } = await hurried.get(`/api/v1/agents/${id}/logs`)
    await blocker.query('rollback')
    blocker.release()
    expect([status, body['code'], headers.get('retry-after')]).toEqual([503, 'query_timeout', '5'])
  })
})
