import { randomUUID } from 'node:crypto'
import { apiRoutes } from '@logboom/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openQueryApi } from './query-fixture.ts'
import type { TestQueryApi } from './query-fixture.ts'

let api: TestQueryApi
let agent: { id: string; pak: string }
let other: { id: string; pak: string }

beforeAll(async () => {
  api = await openQueryApi()
  agent = await api.createAgent()
  other = await api.createAgent()
})
afterAll(() => api.close())

describe('a bad parameter is a 400 that names it', () => {
  test.each([
    ['limit=0', 'invalid_parameter', 'limit'],
    ['limit=1001', 'invalid_parameter', 'limit'],
    ['limit=-1', 'invalid_parameter', 'limit'],
    ['limit=1.5', 'invalid_parameter', 'limit'],
    ['limit=ten', 'invalid_parameter', 'limit'],
    ['limit=', 'invalid_parameter', 'limit'],
    ['limit=1&limit=2', 'invalid_parameter', 'limit'],
    ['offset=-1', 'invalid_parameter', 'offset'],
    ['offset=100001', 'invalid_parameter', 'offset'],
    ['offset=x', 'invalid_parameter', 'offset'],
    ['since=yesterday', 'invalid_parameter', 'since'],
    ['since=2025-02-30T00:00:00Z', 'invalid_parameter', 'since'],
    ['since=', 'invalid_parameter', 'since'],
    ['since=1h&since=2h', 'invalid_parameter', 'since'],
    ['until=-15m', 'invalid_parameter', 'until'],
    ['since=2025-01-02&until=2025-01-01', 'invalid_parameter', 'since'],
    ['since=1h&until=2h', 'invalid_parameter', 'since'],
    ['level=LOUD', 'invalid_parameter', 'level'],
    ['level=ERROR&level=LOUD', 'invalid_parameter', 'level'],
    ['level=', 'invalid_parameter', 'level'],
    ['min_level=LOUD', 'invalid_parameter', 'min_level'],
    ['min_level=INFO&min_level=WARN', 'invalid_parameter', 'min_level'],
    ['namespace=', 'invalid_parameter', 'namespace'],
    ['namespace=a&namespace=b', 'invalid_parameter', 'namespace'],
    ['namespace=%00', 'invalid_parameter', 'namespace'],
    ['pod_name=a%00b', 'invalid_parameter', 'pod_name'],
    ['pod_name_exact=', 'invalid_parameter', 'pod_name_exact'],
    ['container_name=', 'invalid_parameter', 'container_name'],
    ['agent_id=x', 'invalid_parameter', 'agent_id'],
    ['deployment_object_id=x', 'invalid_parameter', 'deployment_object_id'],
    ['work_order_id=1', 'invalid_parameter', 'work_order_id'],
    ['q=', 'invalid_parameter', 'q'],
    ['q=a&q=b', 'invalid_parameter', 'q'],
    ['q=/(/', 'invalid_parameter', 'q'],
    ['q=/a(?=b)/', 'invalid_parameter', 'q'],
    [`q=${'x'.repeat(1_001)}`, 'invalid_parameter', 'q'],
    ['q=%00', 'invalid_parameter', 'q'],
    ['order=up', 'invalid_parameter', 'order'],
    ['total=some', 'invalid_parameter', 'total'],
    ['attributes.=x', 'invalid_parameter', 'attributes.'],
    ['attributes.a=1&attributes.a=2', 'invalid_parameter', 'attributes.a'],
    ['attributes.a=%00', 'invalid_parameter', 'attributes.a'],
    ['attributes.%00=a', 'invalid_parameter', 'attributes.\0'],
    ['labels.=x', 'invalid_parameter', 'labels.'],
    [
      Array.from({ length: 17 }, (_, index) => `labels.k${index}=1`).join('&'),
      'invalid_parameter',
      'labels.*',
    ],
    ['colour=red', 'unknown_parameter', 'colour'],
    ['attributes=x', 'unknown_parameter', 'attributes'],
    ['Limit=1', 'unknown_parameter', 'Limit'],
    ['limit[]=1', 'unknown_parameter', 'limit[]'],
    ['__proto__=1', 'unknown_parameter', '__proto__'],
    ['constructor=1', 'unknown_parameter', 'constructor'],
    ['cursor=x', 'invalid_cursor', 'cursor'],
    ['cursor=', 'invalid_parameter', 'cursor'],
    ['cursor=abc&offset=1', 'invalid_parameter', 'offset'],
  ])('%.60s', async (query, code, parameter) => {
    for (const path of [`/api/v1/agents/${agent.id}/logs`, '/api/v1/logs']) {
      const { status, body, headers } = await api.get(`${path}?${query}`)
      expect(body).toMatchObject({
        status: 400,
        code,
        parameter,
        detail: expect.any(String),
        request_id: expect.any(String),
      })
      expect(status).toBe(400)
      expect(headers.get('content-type')).toContain('application/problem+json')
    }
  })

  test('a cursor of other filters, another order or another path', async () => {
    await api.store(agent.id, [{}, {}, {}])
    const path = `/api/v1/agents/${agent.id}/logs`
    const { next_cursor } = await api.page(`${path}?limit=1&namespace=default`)
    const codeOf = async (url: string) => (await api.get(`${url}&cursor=${next_cursor}`)).body['code']
    expect(await codeOf(`${path}?namespace=default&limit=2&total=none`)).toBeUndefined()
    expect(await codeOf(`${path}?namespace=other`)).toBe('invalid_cursor')
    expect(await codeOf(`${path}?namespace=default&order=asc`)).toBe('invalid_cursor')
    expect(await codeOf(`${path}?limit=1`)).toBe('invalid_cursor')
    expect(await codeOf('/api/v1/logs?namespace=default')).toBe('invalid_cursor')
    expect(await codeOf('/api/v1/agents?limit=1')).toBe('invalid_cursor')
  })

  test('a path that contradicts the query', async () => {
    const { body } = await api.get(`/api/v1/agents/${agent.id}/logs?agent_id=${other.id}`)
    expect(body).toMatchObject({ status: 400, parameter: 'agent_id' })
    expect((await api.get(`/api/v1/agents/${agent.id}/logs?agent_id=${agent.id.toUpperCase()}`)).status).toBe(
      200,
    )
  })
})

describe('what does not exist is a 404 that says what', () => {
  const unknown = randomUUID()
  test.each([
    [`/api/v1/agents/${unknown}/logs`, 'agent_not_found'],
    ['/api/v1/agents/x/logs', 'agent_not_found'],
    ["/api/v1/agents/'%20or%201=1/logs", 'agent_not_found'],
    [`/api/v1/agents/${unknown}`, 'agent_not_found'],
    [`/api/v1/agents/${unknown}/paks`, 'agent_not_found'],
    [`/api/v1/logs?agent_id=${unknown}`, 'agent_not_found'],
    [`/api/v1/gaps?agent_id=${unknown}`, 'agent_not_found'],
    [`/api/v1/dead-letters?agent_id=${unknown}`, 'agent_not_found'],
    [`/api/v1/deployment-objects?agent_id=${unknown}`, 'agent_not_found'],
    [`/api/v1/deployment-objects/${unknown}/logs`, 'deployment_object_not_found'],
    [`/api/v1/deployment-objects/${unknown}`, 'deployment_object_not_found'],
    ['/api/v1/deployment-objects/x', 'deployment_object_not_found'],
    [`/api/v1/logs?deployment_object_id=${unknown}`, 'deployment_object_not_found'],
    [`/api/v1/work-orders/${unknown}/logs`, 'work_order_not_found'],
    [`/api/v1/work-orders/${unknown}`, 'work_order_not_found'],
    [`/api/v1/logs?work_order_id=${unknown}`, 'work_order_not_found'],
    ['/api/v1/nothing', 'not_found'],
  ])('%s', async (path, code) => {
    const { status, body } = await api.get(path)
    expect([status, body['code']]).toEqual([404, code])
  })
})

describe('list routes refuse', () => {
  test.each([
    'agents',
    'paks',
    'deployment-objects',
    'work-orders',
    'dead-letters',
    'gaps',
    'retention/receipts',
  ])('bad parameters of %s', async (name) => {
    for (const [query, code] of [
      ['limit=0', 'invalid_parameter'],
      ['limit=1001', 'invalid_parameter'],
      ['colour=red', 'unknown_parameter'],
      ['cursor=x', 'invalid_cursor'],
      ['offset=1', 'unknown_parameter'],
    ]) {
      const { status, body } = await api.get(`/api/v1/${name}?${query}`)
      expect([status, body['code']]).toEqual([400, code])
    }
  })

  test('bad values of filters', async () => {
    for (const path of [
      'agents?status=ASLEEP',
      'work-orders?status=x',
      'gaps?reason=x',
      'gaps?since=x',
      'gaps?since=1h&until=2h',
      'paks?kind=x',
      'retention/receipts?kind=x',
      'agents?name=',
    ]) {
      expect((await api.get(`/api/v1/${path}`)).body['code']).toBe('invalid_parameter')
    }
  })
})

test.each(
  apiRoutes
    .filter(
      ({ method, owner, path }) => method === 'GET' && owner === 'query-api' && path.startsWith('/api/'),
    )
    .map(({ path }) => path),
)('%s refuses a parameter that it does not have by name', async (path) => {
  const [deployment, order] = [randomUUID(), randomUUID()]
  await api.pool.query(`insert into deployment_objects (id, agent_id, name) values ($1, $2, 'x')`, [
    deployment,
    agent.id,
  ])
  await api.pool.query(`insert into work_orders (id, agent_id, work_type) values ($1, $2, 'x')`, [
    order,
    agent.id,
  ])
  const place = path
    .replace(':agent_id', agent.id)
    .replace('work-orders/:id', `work-orders/${order}`)
    .replace('deployment-objects/:id', `deployment-objects/${deployment}`)
    .replace(':id', randomUUID())
    .replace(':name', 'level')
  // One that cannot be asked without parameters names the one that it lacks, which this is not.
  // A stream has no end, and would be refused all the same.
  const plain = path.endsWith('/stream') ? `${place}?tail=x` : place
  expect((await api.get(plain)).body['parameter']).not.toBe('nonsense')
  expect((await api.get(`${place}?nonsense=1`)).body).toMatchObject({
    status: 400,
    code: 'unknown_parameter',
    parameter: 'nonsense',
  })
})

describe('credentials', () => {
  test('none or unknown is 401 with a challenge', async () => {
    for (const as of [null, 'nonsense', `logboom_${'A'.repeat(8)}_${'B'.repeat(32)}`]) {
      const { status, body, headers } = await api.get('/api/v1/logs', as)
      expect([status, body['code']]).toEqual([401, 'unauthorized'])
      expect(headers.get('www-authenticate')).toContain('Bearer')
    }
  })

  test('an agent is refused what is not its own', async () => {
    const codeOf = async (path: string) => (await api.get(path, agent.pak)).body['code']
    expect(await codeOf(`/api/v1/agents/${other.id}/logs`)).toBe('forbidden')
    expect(await codeOf(`/api/v1/agents/${other.id}`)).toBe('forbidden')
    expect(await codeOf(`/api/v1/logs?agent_id=${other.id}`)).toBe('forbidden')
    expect(await codeOf('/api/v1/paks')).toBe('forbidden')
    expect(await codeOf(`/api/v1/agents/${agent.id}/paks`)).toBe('forbidden')
    expect(await codeOf('/api/v1/retention/receipts')).toBe('forbidden')
    expect(await codeOf('/api/v1/retention/receipt-keys')).toBe('forbidden')
    expect((await api.call('POST', '/api/v1/retention/preview', agent.pak)).status).toBe(403)
  })

  test('another method is 405 with the ones that exist', async () => {
    const { status, body, headers } = await api.call('DELETE', '/api/v1/logs', api.admin)
    expect([status, body['code'], headers.get('allow')]).toEqual([405, 'method_not_allowed', 'GET, HEAD'])
  })
})

test('no answer of all these was a fault of ours', () => expect(api.logged()).not.toContain('request failed'))
