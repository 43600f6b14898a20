import { randomUUID } from 'node:crypto'
import { formatTimestamp, rowFlags, severityOf } from '@logboom/contracts'
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

/** An agent with these lines, a second apart, the newest first; asks for its lines. */
async function agentWith(
  lines: Line[],
): Promise<{ id: string; ids: string[]; ask: (query?: string) => Promise<LogPage> }> {
  const { id } = await api.createAgent()
  const timed = lines.map((line, index) => ({ time: { us: api.nowUs - index * 1e6, ns: 0 }, ...line }))
  const ids = await api.store(id, timed)
  return { id, ids, ask: (query = '') => api.page(`/api/v1/agents/${id}/logs?${query}`) }
}

function messagesOf(page: LogPage): string[] {
  return page.logs.map(({ message }) => message)
}

test('an agent without lines has an empty page', async () => {
  const { ask } = await agentWith([])
  const page = await ask()
  expect(page).toMatchObject({
    logs: [],
    total: 0,
    total_is_exact: true,
    has_more: false,
    next_cursor: null,
    gaps: [],
  })
  expect(page.retention.retention_seconds).toBe(43_200)
  expect(Date.parse(page.retention.oldest_available)).toBeCloseTo(Date.now() - 43_200_000, -5)
})

describe('an entry is answered', () => {
  test('with the required fields null where they are not known, and no other', async () => {
    const { id, ids, ask } = await agentWith([
      { message: 'bare', time: { us: api.nowUs, ns: 0 }, stream: { container_name: null } },
    ])
    const { created_at, ...entry } = (await ask()).logs[0] ?? {}
    expect(created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
    expect(entry).toEqual({
      id: ids[0],
      timestamp: formatTimestamp({ us: api.nowUs, ns: 0 }),
      namespace: 'default',
      pod_name: 'pod',
      container_name: null,
      level: null,
      message: 'bare',
      agent_id: id,
      deployment_object_id: null,
      work_order_id: null,
      seq: 0,
    })
  })

  test('with all that is known, to the nanosecond', async () => {
    const time = { us: api.nowUs + 7, ns: 789 }
    const { ask } = await agentWith([
      {
        time,
        severity: severityOf.ERROR,
        message: '<b>ünïcode</b>\t"\\\n',
        flags: rowFlags.stderr | rowFlags.truncated | rowFlags.attributesCut,
        originalBytes: 99,
        groupId: 'g',
        attributes: '{"trace_id":"t","n":5,"deep":{"a":[1]}}',
        seq: 17,
        stream: { pod_uid: 'u', node: 'n1', labels: { app: 'web' } },
      },
    ])
    expect((await ask()).logs[0]).toMatchObject({
      timestamp: formatTimestamp(time),
      level: 'ERROR',
      message: '<b>ünïcode</b>\t"\\\n',
      output: 'stderr',
      truncated: true,
      attributes_cut: true,
      original_bytes: 99,
      group_id: 'g',
      attributes: { trace_id: 't', n: 5, deep: { a: [1] } },
      seq: 17,
      pod_uid: 'u',
      node: 'n1',
      labels: { app: 'web' },
    })
  })
})

test('deployment objects and work orders have their lines, of all agents', async () => {
  const [one, other] = [await api.createAgent(), await api.createAgent()]
  const [deployment, order] = [randomUUID(), randomUUID()]
  await api.pool.query('insert into deployment_objects (id, agent_id) values ($1, $2)', [deployment, one.id])
  await api.pool.query('insert into work_orders (id, agent_id) values ($1, $2)', [order, one.id])
  await api.store(one.id, [
    { message: 'deployed', stream: { deployment_object_id: deployment } },
    { message: 'ordered', stream: { work_order_id: order } },
    { message: 'neither' },
  ])
  await api.store(other.id, [{ message: 'foreign link', stream: { deployment_object_id: deployment } }])
  expect(messagesOf(await api.page(`/api/v1/deployment-objects/${deployment}/logs`))).toEqual(['deployed'])
  expect(messagesOf(await api.page(`/api/v1/work-orders/${order.toUpperCase()}/logs`))).toEqual(['ordered'])
  expect(messagesOf(await api.page(`/api/v1/logs?deployment_object_id=${deployment}`))).toEqual(['deployed'])
  expect(messagesOf(await api.page(`/api/v1/agents/${one.id}/logs?work_order_id=${order}`))).toEqual([
    'ordered',
  ])
  expect(messagesOf(await api.page(`/api/v1/logs?agent_id=${other.id}`))).toEqual(['foreign link'])
})

test('gaps that overlap the window and the filters come with the page', async () => {
  const { id, ask } = await agentWith([
    { message: 'x', stream: { namespace: 'n', pod_name: 'p1', labels: { app: 'a' } } },
  ])
  const from = '2026-01-01T10:00:00.000000Z'
  const to = '2026-01-01T10:05:00.000000Z'
  await api.store(
    id,
    [],
    [
      {
        namespace: 'n',
        pod_name: 'p1',
        container_name: null,
        from,
        to,
        lines: 12,
        bytes: 900,
        reason: 'rotated',
      },
    ],
  )
  const [gap] = (await ask()).gaps
  expect(gap).toMatchObject({
    agent_id: id,
    namespace: 'n',
    pod_name: 'p1',
    from,
    to,
    lines: 12,
    bytes: 900,
    exact: false,
  })
  const count = async (query: string) => (await ask(query)).gaps.length
  expect(await count('since=2026-01-01T10:05:00Z')).toBe(1)
  expect(await count('since=2026-01-01T10:05:00.000001Z')).toBe(0)
  expect(await count('until=2026-01-01T10:00:00Z')).toBe(0)
  expect(await count('until=2026-01-01T10:00:00.000000001Z')).toBe(1)
  expect(await count('namespace=m')).toBe(0)
  expect(await count('pod_name=p')).toBe(1)
  expect(await count('labels.app=a')).toBe(1)
  expect(await count('labels.app=b')).toBe(0)
  expect(await count('level=ERROR')).toBe(1)
})

test('a page with 100 gaps has them all, and one with more says so', async () => {
  const { id, ask } = await agentWith([{ message: 'x' }])
  await api.store(
    id,
    [],
    Array.from({ length: 100 }, () => ({})),
  )
  const full = await ask()
  expect([full.gaps.length, full.gaps_truncated]).toEqual([100, undefined])
  await api.store(id, [], [{}])
  const cut = await ask()
  expect([cut.gaps.length, cut.gaps_truncated]).toEqual([100, true])
  expect((await api.get(`/api/v1/gaps?agent_id=${id}&limit=1000`)).body['gaps']).toHaveLength(101)
})
