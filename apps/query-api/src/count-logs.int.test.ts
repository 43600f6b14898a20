import { randomUUID } from 'node:crypto'
import { formatMicros, formatTimestamp } from '@logboom/contracts'
import { createPartition, detachPartition, foldCounts, listLeaves } from '@logboom/db'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { foundBy, histogramOf, shownBy } from './histogram-fixture.ts'
import type { Line } from './line-fixture.ts'
import { openQueryApi } from './query-fixture.ts'
import type { TestQueryApi } from './query-fixture.ts'

let api: TestQueryApi
/** A whole hour, four to five hours ago. */
let hourUs: number

beforeAll(async () => {
  api = await openQueryApi()
  hourUs = Math.floor(api.nowUs / 3_600e6 - 4) * 3_600e6
})
afterAll(() => api.close())

async function agentWith(lines: Line[]): Promise<string> {
  const { id } = await api.createAgent()
  await api.store(id, lines)
  return `/api/v1/agents/${id}/logs`
}

function lineAt(us: number, line: Line = {}): Line {
  return { time: { us, ns: 0 }, ...line }
}

test('by default it shows all that can be available, until now, in intervals that people know', async () => {
  const path = await agentWith([lineAt(hourUs, { severity: 9 }), lineAt(hourUs + 720e6)])
  const histogram = await histogramOf(api, path, '')
  const { since, until, buckets, retention } = histogram
  expect(histogram).toMatchObject({ interval_seconds: 720, total: 2, total_is_exact: true })
  expect(histogram).not.toHaveProperty('counted_from')
  expect(since).toBe(retention.oldest_available.replace('Z', '000Z'))
  expect(Date.parse(until)).toBeCloseTo(Date.now(), -4)
  expect(buckets.length).toBeOneOf([60, 61])
  const none = { TRACE: 0, DEBUG: 0, INFO: 0, WARN: 0, ERROR: 0, FATAL: 0, none: 0 }
  const ofHour = (us: number) => buckets.find(({ time }) => time === formatTimestamp({ us, ns: 0 }))
  expect(ofHour(hourUs)).toEqual({
    time: formatTimestamp({ us: hourUs, ns: 0 }),
    total: 1,
    levels: { ...none, INFO: 1 },
  })
  expect(ofHour(hourUs + 720e6)).toMatchObject({ total: 1, levels: { ...none, none: 1 } })
  expect(ofHour(hourUs + 1_440e6)).toMatchObject({ total: 0, levels: none })
})

test('the window cuts its first and last bucket, to the nanosecond', async () => {
  const [fromUs, toUs] = [hourUs + 90e6, hourUs + 270e6]
  const path = await agentWith([
    { time: { us: fromUs, ns: 499 } },
    { time: { us: fromUs, ns: 500 } },
    lineAt(hourUs + 180e6),
    { time: { us: toUs, ns: 499 } },
    { time: { us: toUs, ns: 500 } },
  ])
  const [since, until] = [formatTimestamp({ us: fromUs, ns: 500 }), formatTimestamp({ us: toUs, ns: 500 })]
  const minutes = await histogramOf(api, path, `since=${since}&until=${until}&buckets=4`)
  expect(minutes).toMatchObject({ interval_seconds: 60, since, until, total: 3 })
  expect(minutes.buckets.map(({ total }) => total)).toEqual([1, 0, 1, 1])
  expect(minutes.buckets[0]?.time).toBe(formatTimestamp({ us: hourUs + 60e6, ns: 0 }))
  const seconds = await histogramOf(api, path, `since=${since}&until=${until}&buckets=1000`)
  expect([seconds.interval_seconds, seconds.buckets.length, seconds.total]).toEqual([1, 181, 3])
})

test('levels, names, text, expressions and attributes filter as they do in a search', async () => {
  const path = await agentWith([
    lineAt(hourUs, { severity: 17, message: 'Disk full', stream: { namespace: 'a' } }),
    lineAt(hourUs + 60e6, { severity: 18, message: 'disk gone', stream: { namespace: 'b' } }),
    lineAt(hourUs + 61e6, { severity: 9, attributes: '{"trace_id":"t"}', stream: { labels: { app: 'x' } } }),
    lineAt(hourUs + 62e6),
  ])
  const window = `since=${hourUs}&until=${hourUs + 3_600e6}`
  for (const [filter, total] of [
    ['level=error', 2],
    ['level=INFO&min_level=WARN', 0],
    ['min_level=info', 3],
    ['namespace=a', 1],
    ['namespace=nowhere', 0],
    ['labels.app=x', 1],
    ['q=disk', 2],
    ['q=/k (full|empty)/', 1],
    ['attributes.trace_id=t', 1],
  ] as const) {
    const histogram = await histogramOf(api, path, `${filter}&${window}`)
    expect([filter, histogram.total, histogram.total_is_exact]).toEqual([filter, total, true])
    expect(shownBy(histogram)).toEqual(await foundBy(api, path, filter, histogram))
  }
})

test('deployment objects and work orders have theirs, of all agents', async () => {
  const { id } = await api.createAgent()
  const [deployment, order] = [randomUUID(), randomUUID()]
  await api.pool.query('insert into deployment_objects (id, agent_id) values ($1, $2)', [deployment, id])
  await api.pool.query('insert into work_orders (id, agent_id) values ($1, $2)', [order, id])
  await api.store(id, [
    { stream: { deployment_object_id: deployment } },
    { stream: { work_order_id: order } },
    { stream: { work_order_id: order, deployment_object_id: deployment } },
    {},
  ])
  const until = `until=${Date.now() + 60_000}`
  const totalOf = async (path: string) => (await histogramOf(api, path, until)).total
  expect(await totalOf(`/api/v1/deployment-objects/${deployment}/logs`)).toBe(2)
  expect(await totalOf(`/api/v1/work-orders/${order}/logs`)).toBe(2)
  expect(await totalOf(`/api/v1/agents/${id}/logs`)).toBe(4)
})

describe('a window', () => {
  test('that ends before it begins is refused', async () => {
    const { status, body } = await api.get('/api/v1/logs/histogram?since=1h&until=2h')
    expect([status, body['code'], body['parameter']]).toEqual([400, 'invalid_parameter', 'since'])
  })

  test.each(['until=30d', 'since=2200-01-01', 'since=1700000000&until=1700000000'])(
    'of which nothing is left has no bucket: %s',
    async (query) => {
      expect(await histogramOf(api, '/api/v1/logs', query)).toMatchObject({ buckets: [], total: 0 })
    },
  )

  test('of all times is one that people know', async () => {
    const { buckets, interval_seconds } = await histogramOf(
      api,
      '/api/v1/logs',
      'since=1970-01-01&until=2200-01-01',
    )
    expect([buckets.length, interval_seconds]).toEqual([43, 2_000 * 86_400])
    expect(buckets[0]?.time).toBe('1970-01-01T00:00:00.000000000Z')
  })

  test.each(['buckets=0', 'buckets=1001', 'buckets=x', 'limit=1', 'order=asc', 'cursor=x', 'total=none'])(
    'takes no %s',
    async (query) => expect((await api.get(`/api/v1/logs/histogram?${query}`)).status).toBe(400),
  )
})

test('lines that were received in the minute which is just expiring count until they have expired', async () => {
  const cutoffUs = Date.now() * 1000 - 43_200e6
  // Late lines, of more stretches of time than are looked at one by one, and a few received at other times.
  const ages = [-1_000, -20, -2, 30, 58, 400]
  const path = await agentWith(
    Array.from({ length: 60 }, (_, index) =>
      lineAt(hourUs + index * 120e6, { createdUs: cutoffUs + (ages[index % ages.length] ?? 0) * 1e6 }),
    ),
  )
  const query = `since=${hourUs}&until=${hourUs + 7_200e6}&buckets=120`
  const histogram = await histogramOf(api, path, query)
  expect(histogram).toMatchObject({ interval_seconds: 60, total: 30, total_is_exact: true })
  await foldCounts(api.pool, { limit: 10_000 })
  expect(await histogramOf(api, path, query)).toMatchObject({ buckets: histogram.buckets })
  expect(await api.page(`${path}?limit=1`)).toMatchObject({ total: 30, total_is_exact: true })
})

test('lines of a detached partition are gone with it, though they are counted until it is dropped', async () => {
  const path = await agentWith([lineAt(hourUs + 600e6), lineAt(hourUs + 3_000e6)])
  const query = `since=${hourUs}&until=${hourUs + 3_600e6}`
  expect(await histogramOf(api, path, query)).toMatchObject({ total: 2 })
  const { name } = await createPartition(api.pool, { retentionClass: 1, timeUs: hourUs + 600e6 })
  const leaf = (await listLeaves(api.pool)).find((one) => one.name === name)
  expect(leaf && (await detachPartition(api.pool, leaf))).toBe('detached')
  expect(await histogramOf(api, path, query)).toMatchObject({ total: 1 })
  expect(await api.page(`${path}?limit=1&total=exact`)).toMatchObject({ total: 1, has_more: false })
})

test('an expression for which time runs out says from where on all is counted', async () => {
  const hurried = await openQueryApi({ SEARCH_TIME_MS: '100' })
  const { id } = await hurried.createAgent()
  // Random a and b are what this expression is slow on: 10 ms for each line.
  const random = () => Array.from({ length: 4_096 }, () => (Math.random() < 0.5 ? 'a' : 'b')).join('')
  const lines = Array.from({ length: 60 }, (_, index) =>
    lineAt(hurried.nowUs + (1 - index) * 30e6, { message: `${random()}cc` }),
  )
  await hurried.store(id, lines)
  const query = `since=1h&until=${hurried.nowUs + 60e6}&q=${encodeURIComponent('/a[ab]{60}[ab]*[cd]/')}`
  const histogram = await histogramOf(hurried, `/api/v1/agents/${id}/logs`, query)
  await hurried.close()
  const { counted_from = '', total, total_is_exact } = histogram
  expect(total_is_exact).toBe(false)
  const after = lines.filter(({ time }) => formatMicros(time?.us ?? 0) >= counted_from)
  expect(total).toBeGreaterThanOrEqual(Math.max(1, after.length))
  expect(total).toBeLessThan(60)
})
