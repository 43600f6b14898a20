import { randomUUID } from 'node:crypto'
import { savedSearchesMax } from '@logboom/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openRegistry } from './registry-fixture.ts'
import type { TestRegistry } from './registry-fixture.ts'

let registry: TestRegistry
let reader: string
let readerId: string
beforeAll(async () => {
  registry = await openRegistry()
  const issued = await registry.call('POST', '/api/v1/paks', { body: { kind: 'reader' } })
  reader = String(issued.body['pak'])
  readerId = String(issued.body['id'])
})
afterAll(() => registry.close())

const path = '/api/v1/saved-searches'
const save = (body: object, as = reader) =>
  registry.call('POST', path, { as, body: { name: randomUUID(), query: '', ...body } })

async function saved(body: object, as = reader): Promise<string> {
  return `${path}/${String((await save(body, as)).body['id'])}`
}

test('a reader saves a search, changes it and deletes it', async () => {
  const name = randomUUID()
  const created = await save({ name: ` ${name} `, query: 'level=ERROR&level=FATAL&since=15m' })
  expect(created).toMatchObject({
    status: 201,
    body: {
      name,
      query: 'level=ERROR&level=FATAL&since=15m',
      shared: false,
      owner: `pak:${readerId}`,
      own: true,
    },
  })
  const place = created.headers.get('location') ?? ''
  const changed = await registry.call('PATCH', place, { as: reader, body: { shared: true } })
  expect(changed).toMatchObject({
    status: 200,
    body: { ...created.body, shared: true, updated_at: expect.any(String) },
  })
  expect(
    (await registry.call('PATCH', place, { as: reader, body: { query: 'q=a%20b' } })).body['query'],
  ).toBe('q=a%20b')
  expect((await registry.call('DELETE', place, { as: reader })).status).toBe(204)
  expect((await registry.call('DELETE', place, { as: reader })).status).toBe(404)
})

test.each([
  ['limit=5', 'limit: is not a parameter of a search that can be saved'],
  ['cursor=x', 'cursor: is not'],
  ['attributes.=x', 'attributes.: is not'],
  ['levle=ERROR', 'levle: is not'],
  ['agent_id=seven', 'agent_id: has a bad value'],
  ['level=LOUD', 'level: has a bad value'],
  ['order=up', 'order: has a bad value'],
  ['namespace=', 'namespace: must not be empty'],
  ['namespace=a&namespace=b', 'namespace: may be given once'],
  ['q=%00', 'q: must not contain NUL'],
  ['x'.repeat(4_001), ''],
])('the search %s is refused, with the parameter at fault', async (query, fault) => {
  const { status, body, text } = await save({ query })
  expect([status, body['code']]).toEqual([422, 'invalid_body'])
  expect(text).toContain(fault)
})

test('every filter of a search can be saved', async () => {
  const query = new URLSearchParams({
    namespace: 'n',
    pod_name: 'p*',
    container_name: 'c',
    agent_id: randomUUID(),
    work_order_id: randomUUID(),
    min_level: 'warning',
    since: '1h',
    until: 'now',
    q: '/a+/',
    order: 'asc',
    'labels.app': 'web',
    'attributes.a.b': '',
  }).toString()
  expect(await save({ query })).toMatchObject({ status: 201, body: { query } })
})

describe('only its owner and admins change a search', () => {
  const change = async (place: string, as: string) => [
    (await registry.call('PATCH', place, { as, body: { name: randomUUID() } })).status,
    (await registry.call('DELETE', place, { as })).status,
  ]

  test('another reader sees that it may not, if it sees the search at all', async () => {
    const other = String(
      (await registry.call('POST', '/api/v1/paks', { body: { kind: 'reader' } })).body['pak'],
    )
    expect(await change(await saved({ shared: true }), other)).toEqual([403, 403])
    expect(await change(await saved({ shared: false }), other)).toEqual([404, 404])
    expect(await change(`${path}/${randomUUID()}`, other)).toEqual([404, 404])
    expect(await change(`${path}/seven`, other)).toEqual([404, 404])
  })

  test('an admin may, and it stays its owner’s', async () => {
    const place = await saved({})
    const { body } = await registry.call('PATCH', place, { body: { shared: true } })
    expect(body).toMatchObject({ shared: true, owner: `pak:${readerId}`, own: false })
    expect((await registry.call('DELETE', place)).status).toBe(204)
  })

  test('an agent saves none and changes none', async () => {
    const { pak } = await registry.createAgent()
    expect((await save({}, pak)).status).toBe(403)
    expect(await change(await saved({ shared: true }), pak)).toEqual([403, 403])
  })

  test('nobody without a credential does', async () => {
    expect((await registry.call('POST', path, { as: null, raw: '{' })).status).toBe(401)
  })
})

test('a name is taken once by each owner', async () => {
  const name = randomUUID()
  const first = await saved({ name })
  expect(await save({ name })).toMatchObject({ status: 409, body: { code: 'conflict' } })
  expect((await save({ name }, registry.admin)).status).toBe(201)
  const second = await saved({})
  expect((await registry.call('PATCH', second, { as: reader, body: { name } })).status).toBe(409)
  expect((await registry.call('PATCH', first, { as: reader, body: { name } })).status).toBe(200)
})

test('an owner keeps no more than the bound, also by saving at once', async () => {
  const issued = await registry.call('POST', '/api/v1/paks', { body: { kind: 'reader' } })
  const as = String(issued.body['pak'])
  await registry.pool.query(
    `insert into saved_searches (owner, name, query, shared)
     select 'pak:' || $1::text, n::text, '', false from generate_series(1, $2::integer) n`,
    [issued.body['id'], savedSearchesMax - 2],
  )
  const answers = await Promise.all(Array.from({ length: 6 }, () => save({}, as)))
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
    201, 201, 409, 409, 409, 409,
  ])
})

test('what a key of an agent’s time saved goes with the key', async () => {
  const place = await saved({})
  await registry.pool.query('delete from paks where id = $1', [readerId])
  expect((await registry.call('PATCH', place, { body: {} })).status).toBe(404)
})
