import { randomUUID } from 'node:crypto'
import { openDatabase } from '@logboom/db'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openRegistry } from './registry-fixture.ts'
import type { TestRegistry } from './registry-fixture.ts'

let registry: TestRegistry
beforeAll(async () => {
  registry = await openRegistry()
})
afterAll(() => registry.close())

const named = (name: string, more = {}) => ({ body: { name, cluster_name: 'east', ...more } })

describe('creating an agent', () => {
  test('answers 201 with the agent and where it is', async () => {
    const limits = { requests_per_minute: 99 }
    const answer = await registry.call(
      'POST',
      '/api/v1/agents',
      named(' one ', { labels: { site: 'ä' }, limits }),
    )
    expect(answer.status).toBe(201)
    expect(answer.body).toMatchObject({
      name: 'one',
      cluster_name: 'east',
      status: 'ACTIVE',
      labels: { site: 'ä' },
      limits,
    })
    expect(answer.body).toMatchObject({ last_seen: null, version: null })
    expect(answer.headers.get('location')).toBe(`/api/v1/agents/${String(answer.body['id'])}`)
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })

  test('takes an id of the caller, once', async () => {
    const id = randomUUID()
    expect(
      (await registry.call('POST', '/api/v1/agents', named('own id', { id: id.toUpperCase() }))).body,
    ).toMatchObject({ id })
    const again = await registry.call('POST', '/api/v1/agents', named('other name', { id }))
    expect(again).toMatchObject({ status: 409, body: { code: 'conflict' } })
  })

  test('of eight at once with one name, one gets it and seven a 409', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => registry.call('POST', '/api/v1/agents', named('race'))),
    )
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([
      201, 409, 409, 409, 409, 409, 409, 409,
    ])
  })

  test('takes the same name in another cluster', async () => {
    await registry.call('POST', '/api/v1/agents', named('twin'))
    expect(
      (await registry.call('POST', '/api/v1/agents', named('twin', { cluster_name: 'west' }))).status,
    ).toBe(201)
  })

  test.each([
    ['no name', { cluster_name: 'c' }, 'name'],
    ['a number for a name', { name: 7, cluster_name: 'c' }, 'name'],
    ['a blank name', { name: '  ', cluster_name: 'c' }, 'name'],
    ['a name that is too long', { name: 'x'.repeat(254), cluster_name: 'c' }, 'name'],
    ['NUL in a name', { name: 'a\0b', cluster_name: 'c' }, 'name'],
    [
      'half a surrogate pair in a label',
      { name: 'a', cluster_name: 'c', labels: { l: '\ud800' } },
      'labels.l',
    ],
    ['NUL in the name of a label', { name: 'a', cluster_name: 'c', labels: { 'l\0': 'v' } }, 'labels'],
    ['an id that is no UUID', { id: '7', name: 'a', cluster_name: 'c' }, 'id'],
    [
      'a limit of nothing',
      { name: 'a', cluster_name: 'c', limits: { requests_per_minute: 0 } },
      'limits.requests_per_minute',
    ],
    ['an unknown limit', { name: 'a', cluster_name: 'c', limits: { speed: 1 } }, 'limits'],
    ['a list', [], ''],
    ['a bare number', 7, ''],
    ['null', null, ''],
  ])('refuses %s with 422 naming the field', async (_what, body, path) => {
    const answer = await registry.call('POST', '/api/v1/agents', { body })
    expect(answer).toMatchObject({ status: 422, body: { code: 'invalid_body', errors: [{ path }] } })
    expect(answer.headers.get('content-type')).toContain('application/problem+json')
  })

  test('names unknown fields', async () => {
    const answer = await registry.call('POST', '/api/v1/agents', named('a', { nmae: 'b' }))
    expect(answer.status).toBe(422)
    expect(answer.text).toContain('nmae')
  })

  test('refuses what is not JSON, not UTF-8 JSON, too large or compressed beyond its limit', async () => {
    const post = (raw: string, headers = {}) => registry.call('POST', '/api/v1/agents', { raw, headers })
    expect(await post('{"name":')).toMatchObject({ status: 400, body: { code: 'malformed_json' } })
    expect(await post('a=b', { 'Content-Type': 'application/x-www-form-urlencoded' })).toMatchObject({
      status: 415,
    })
    expect(await post('{}', { 'Content-Type': 'application/json; charset=latin1' })).toMatchObject({
      status: 415,
    })
    expect(await post('{}', { 'Content-Encoding': 'lzma' })).toMatchObject({
      status: 415,
      body: { code: 'unsupported_encoding' },
    })
    expect(await post(JSON.stringify({ name: 'x'.repeat(70_000) }))).toMatchObject({ status: 413 })
  })
})

describe('changing an agent', () => {
  test('replaces the fields that are given and leaves the others', async () => {
    const { id } = await registry.createAgent()
    const path = `/api/v1/agents/${id}`
    await registry.call('PATCH', path, { body: { labels: { a: '1' }, limits: { max_logs: 5 } } })
    const answer = await registry.call('PATCH', path, {
      body: { status: 'INACTIVE', limits: { max_instances: 2 } },
    })
    expect(answer.status).toBe(200)
    expect(answer.body).toMatchObject({ id, status: 'INACTIVE', labels: { a: '1' } })
    expect(answer.body['limits']).toEqual({ max_instances: 2 })
    expect((await registry.call('PATCH', path, { body: {} })).body).toMatchObject({ status: 'INACTIVE' })
  })

  test('to INACTIVE refuses all that its keys ask for, and to ACTIVE lets them in again', async () => {
    const agent = await registry.createAgent()
    const path = `/api/v1/agents/${agent.id}`
    const statusAs = async (as: string) => (await registry.call('GET', `${path}/limits`, { as })).status
    const fresh = async () => String((await registry.call('POST', `${path}/paks`)).body['pak']) // in no cache yet
    await registry.call('PATCH', path, { body: { status: 'INACTIVE' } })
    expect(await statusAs(await fresh())).toBe(403)
    await registry.call('PATCH', path, { body: { status: 'ACTIVE' } })
    expect(await statusAs(await fresh())).toBe(200)
  })

  test('refuses a name that is taken, an unknown agent and bad fields', async () => {
    const { id } = await registry.createAgent()
    await registry.call('POST', '/api/v1/agents', { body: { name: 'taken', cluster_name: 'test' } })
    const patch = (body: unknown, of = id) => registry.call('PATCH', `/api/v1/agents/${of}`, { body })
    expect(await patch({ name: 'taken' })).toMatchObject({ status: 409, body: { code: 'conflict' } })
    expect(await patch({ status: 'GONE' })).toMatchObject({
      status: 422,
      body: { errors: [{ path: 'status' }] },
    })
    expect(await patch({ id: randomUUID() })).toMatchObject({ status: 422 })
    expect(await patch({}, randomUUID())).toMatchObject({ status: 404, body: { code: 'agent_not_found' } })
    expect(await patch({}, 'no-uuid')).toMatchObject({ status: 404, body: { code: 'agent_not_found' } })
  })
})

describe('deleting an agent', () => {
  test('makes its keys fail from the 204 on, cached or not', async () => {
    const agent = await registry.createAgent()
    const spare = await registry.call('POST', `/api/v1/agents/${agent.id}/paks`)
    const limits = (as: string) => registry.call('GET', `/api/v1/agents/${agent.id}/limits`, { as })
    expect((await limits(agent.pak)).status).toBe(200)
    expect((await registry.call('DELETE', `/api/v1/agents/${agent.id}`)).status).toBe(204)
    expect(await limits(agent.pak)).toMatchObject({ status: 401, body: { code: 'unauthorized' } })
    expect((await limits(String(spare.body['pak']))).status).toBe(401)
  })

  test('frees its name, and leaves nothing to change or delete', async () => {
    const { body } = await registry.call('POST', '/api/v1/agents', named('again'))
    const path = `/api/v1/agents/${String(body['id'])}`
    expect((await registry.call('DELETE', path)).status).toBe(204)
    expect((await registry.call('POST', '/api/v1/agents', named('again'))).status).toBe(201)
    const calls = [
      registry.call('DELETE', path),
      registry.call('PATCH', path, { body: {} }),
      registry.call('GET', `${path}/limits`),
      registry.call('POST', `${path}/paks`),
    ]
    for (const answer of await Promise.all(calls))
      expect(answer).toMatchObject({ status: 404, body: { code: 'agent_not_found' } })
  })

  test('leaves its row for retention-worker', async () => {
    const { id } = await registry.createAgent()
    await registry.call('DELETE', `/api/v1/agents/${id}`)
    const { rows } = await registry.pool.query(
      'select deleted_at is not null as deleted from agents where id = $1',
      [id],
    )
    expect(rows).toEqual([{ deleted: true }])
  })
})

test('while PostgreSQL is away, who is known is told 503 and when to come again', async () => {
  const away = openDatabase({
    url: 'postgres://nobody@127.0.0.1:1/none',
    applicationName: 'test',
    connectTimeoutMs: 500,
  })
  const other = await openRegistry({ db: away })
  const calls = [
    other.call('POST', '/api/v1/agents', named('a')),
    other.call('DELETE', `/api/v1/agents/${randomUUID()}`),
    other.call('GET', `/api/v1/agents/${randomUUID()}/limits`),
    other.call('DELETE', `/api/v1/paks/${randomUUID()}`),
    other.call('DELETE', `/api/v1/dead-letters/${randomUUID()}`),
  ]
  for (const answer of await Promise.all(calls)) {
    expect(answer).toMatchObject({ status: 503, body: { code: 'unavailable' } })
    expect(answer.headers.get('retry-after')).toMatch(/^\d+$/)
    expect(answer.text).not.toContain('127.0.0.1')
  }
  await other.close()
  await away.close()
})
