import { FieldList, FieldValues } from '@logboom/contracts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openQueryApi } from './query-fixture.ts'
import type { TestQueryApi } from './query-fixture.ts'

let api: TestQueryApi
let agentId: string

beforeAll(async () => {
  api = await openQueryApi()
  agentId = (await api.createAgent()).id
  const loud = {
    stream: { namespace: 'shop', pod_name: 'web-1', node: 'node-1', labels: { app: 'web', tier: 'front' } },
  }
  const quiet = {
    stream: {
      namespace: 'Bank',
      pod_name: 'api-1',
      container_name: null,
      labels: { app: 'api', 'a.b/c': 'x' },
    },
  }
  await api.store(agentId, [
    {
      ...loud,
      severity: 17,
      flags: 2,
      attributes: JSON.stringify({ user: 'ann', 'http.method': 'GET', http: { status: 200, ok: true } }),
    },
    {
      ...loud,
      severity: 9,
      flags: 1,
      attributes: JSON.stringify({ user: 'bob', http: { status: 404, tags: ['x'] }, nothing: null }),
    },
    {
      ...loud,
      severity: 9,
      flags: 1,
      attributes: JSON.stringify({ user: 'bob', 'http.method': 'PUT', long: 'é'.repeat(2_000) }),
    },
    { ...quiet, message: 'other', attributes: JSON.stringify({ user: 'Bertha' }) },
  ])
})
afterAll(() => api.close())

async function values(name: string, query = '', as = api.admin): Promise<FieldValues> {
  const { status, body, text } = await api.get(
    `/api/v1/fields/${encodeURIComponent(name)}/values?${query}`,
    as,
  )
  if (status !== 200) throw new Error(text)
  return FieldValues.parse(body)
}

const pairs = async (name: string, query = '') =>
  (await values(name, query)).values.map(({ value, count }) => `${value} ${count}`)

async function fields(query = ''): Promise<FieldList> {
  const { status, body, text } = await api.get(`/api/v1/fields?${query}`)
  if (status !== 200) throw new Error(text)
  return FieldList.parse(body)
}

test('values come with how many entries have them, the most frequent first', async () => {
  expect(await pairs('namespace')).toEqual(['shop 3', 'Bank 1'])
  expect(await pairs('level')).toEqual(['INFO 2', 'ERROR 1'])
  expect(await pairs('container_name')).toEqual(['main 3'])
  expect(await pairs('node')).toEqual(['node-1 3'])
  expect(await pairs('agent_id')).toEqual([`${agentId} 4`])
  expect(await pairs('work_order_id')).toEqual([])
  expect(await pairs('labels.app')).toEqual(['web 3', 'api 1'])
  expect(await pairs('labels.a.b/c')).toEqual(['x 1'])
  expect(await pairs('output')).toHaveLength(2)
  expect(await pairs('attributes.user')).toEqual(['bob 2', 'Bertha 1', 'ann 1'])
  expect(await pairs('attributes.http.method')).toEqual(['GET 1', 'PUT 1'])
  expect(await pairs('attributes.http.status')).toEqual(['200 1', '404 1'])
  expect(await pairs('attributes.http')).toEqual([])
  expect(await pairs('attributes.nobody')).toEqual([])
  expect(await pairs('attributes.long')).toEqual([]) // nobody would choose it from a list
})

test('a search for a value finds as many entries as it was said to have', async () => {
  const { fields: all } = await fields()
  for (const { name, filter, parameter } of all.filter((field) => field.filter)) {
    expect(filter).toBe(true)
    for (const { value, count } of (await values(name)).values) {
      const { total } = await api.page(
        `/api/v1/logs?${new URLSearchParams({ [parameter ?? '']: value }).toString()}`,
      )
      expect([name, value, total]).toEqual([name, value, count])
    }
  }
})

test('filters of a search narrow values, also those that only a look at the entries can tell', async () => {
  expect(await pairs('level', 'namespace=Bank')).toEqual([])
  expect(await pairs('namespace', 'level=ERROR')).toEqual(['shop 1'])
  expect(await pairs('namespace', 'q=OTHER')).toEqual(['Bank 1'])
  expect(await pairs('level', 'attributes.user=bob')).toEqual(['INFO 2'])
  expect(await pairs('attributes.user', 'labels.app=web&min_level=WARN')).toEqual(['ann 1'])
  expect(await pairs('namespace', 'until=1h')).toEqual([])
  expect((await values('namespace', 'q=OTHER')).total_is_exact).toBe(true)
})

test('a prefix narrows values for whoever types, in any case', async () => {
  expect(await pairs('namespace', 'prefix=b')).toEqual(['Bank 1'])
  expect(await pairs('attributes.user', 'prefix=B')).toEqual(['bob 2', 'Bertha 1'])
  expect(await pairs('level', 'prefix=er')).toEqual(['ERROR 1'])
  expect(await pairs('namespace', 'prefix=%25')).toEqual([])
  expect(await pairs('attributes.user', 'limit=1')).toEqual(['bob 2'])
})

test('fields are columns, then labels and attributes by how frequent they are, with an example', async () => {
  const { fields: all, total_is_exact } = await fields()
  expect(total_is_exact).toBe(true)
  const names = all.map(({ name }) => name)
  expect(names.slice(0, 4)).toEqual(['namespace', 'pod_name', 'container_name', 'level'])
  expect(names.slice(4, 9)).toEqual(['agent_id', 'deployment_object_id', 'work_order_id', 'node', 'output'])
  expect(names.slice(9, 12)).toEqual(['labels.app', 'labels.tier', 'labels.a.b/c'])
  expect(names.slice(12)).toEqual([
    'attributes.user',
    'attributes.http.method',
    'attributes.http.status',
    'attributes.http.ok',
    'attributes.long',
  ])
  expect(all[1]).toEqual({
    name: 'pod_name',
    kind: 'column',
    filter: true,
    parameter: 'pod_name_exact',
    example: expect.any(String),
  })
  expect(all.find(({ name }) => name === 'node')).toEqual({
    name: 'node',
    kind: 'column',
    filter: false,
    example: 'node-1',
  })
  expect(all.find(({ name }) => name === 'labels.tier')).toMatchObject({ kind: 'label', example: 'front' })
  expect((await fields('namespace=Bank')).fields.map(({ name }) => name).slice(9)).toEqual([
    'labels.a.b/c',
    'labels.app',
    'attributes.user',
  ])
})

test('of more entries than are looked at, it says from when on all are counted', async () => {
  const { id } = await api.createAgent()
  const at = (index: number) => ({ us: api.nowUs - index * 1e6, ns: 0 })
  await api.store(
    id,
    Array.from({ length: 5_200 }, (_, index) => ({
      time: at(index),
      attributes: JSON.stringify({ n: String(index % 150), first: index < 10 }),
    })),
  )
  const found = await values('attributes.n', `agent_id=${id}&limit=100`)
  expect(found.total_is_exact).toBe(false)
  expect(found.values).toHaveLength(100)
  const since = `since=${found.counted_from}`
  const again = await values('attributes.first', `agent_id=${id}&${since}`)
  expect(again.total_is_exact).toBe(true)
  expect(again.values.reduce((sum, { count }) => sum + count, 0)).toBe(4_999)
  // the counts know all of them
  expect(await values('namespace', `agent_id=${id}`)).toMatchObject({
    values: [{ count: 5_200 }],
    total_is_exact: true,
  })
})

test('a label of which all lines have expired is not told of, though its stream is still there', async () => {
  const { id } = await api.createAgent()
  const old = { createdUs: api.nowUs - 43_300e6, stream: { pod_name: 'old', labels: { gone: 'gone' } } }
  await api.store(id, [{ stream: { labels: { left: 'left' } } }, old])
  const names = (await fields(`agent_id=${id}`)).fields.map(({ name }) => name)
  expect([names.includes('labels.left'), names.includes('labels.gone')]).toEqual([true, false])
  expect(await pairs('labels.gone', `agent_id=${id}`)).toEqual([])
  expect(await pairs('pod_name', `agent_id=${id}`)).toEqual(['pod 1'])
})

test('what is no field, no parameter and no value of it is told of', async () => {
  const codeOf = async (path: string) => (await api.get(`/api/v1/fields${path}`)).body['code']
  expect(await codeOf('/message/values')).toBe('not_found')
  expect(await codeOf('/labels./values')).toBe('not_found')
  expect(await codeOf('/attributes.%00/values')).toBe('not_found')
  expect(await codeOf('/level/values?limit=101')).toBe('invalid_parameter')
  expect(await codeOf('/level/values?cursor=x')).toBe('unknown_parameter')
  expect(await codeOf('?levle=x')).toBe('unknown_parameter')
  expect(await codeOf('/level/values?since=1h&until=2h')).toBe('invalid_parameter')
})
