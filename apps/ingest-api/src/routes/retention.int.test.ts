import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openRegistry } from './registry-fixture.ts'
import type { TestRegistry } from './registry-fixture.ts'

let registry: TestRegistry
beforeAll(async () => {
  registry = await openRegistry()
})
afterAll(() => registry.close())

const classPath = '/api/v1/retention/classes'
const putClass = (name: string, body: unknown) => registry.call('PUT', `${classPath}/${name}`, { body })
const deleteClass = (name: string) => registry.call('DELETE', `${classPath}/${name}`)
const assign = (body: unknown) => registry.call('PUT', '/api/v1/retention/assignments', { body })
const unassign = (query: string) => registry.call('DELETE', `/api/v1/retention/assignments${query}`)

describe('a retention class', () => {
  test('is made with 201, changed with 200 and deleted with 204', async () => {
    const made = await putClass('week', { retention_seconds: 604_800 })
    expect(made).toMatchObject({
      status: 201,
      body: { name: 'week', retention_seconds: 604_800, partition_seconds: 25_200 },
    })
    const changed = await putClass('week', { retention_seconds: 3_600, partition_seconds: 60 })
    expect(changed).toMatchObject({
      status: 200,
      body: { id: made.body['id'], retention_seconds: 3_600, partition_seconds: 60 },
    })
    expect((await deleteClass('week')).status).toBe(204)
    expect(await deleteClass('week')).toMatchObject({ status: 404, body: { code: 'not_found' } })
  })

  test('that was deleted cannot be assigned, and is made again with 201 and the same number', async () => {
    const made = await putClass('twice', { retention_seconds: 60 })
    expect((await deleteClass('twice')).status).toBe(204)
    expect(await assign({ namespace: 'n', retention_class: 'twice' })).toMatchObject({ status: 422 })
    expect(await putClass('twice', { retention_seconds: 120 })).toMatchObject({
      status: 201,
      body: { id: made.body['id'], name: 'twice', retention_seconds: 120 },
    })
  })

  test('stays while it is the default or assigned', async () => {
    await putClass('busy', { retention_seconds: 60 })
    await assign({ namespace: 'busy', retention_class: 'busy' })
    for (const name of ['default', 'busy']) {
      expect(await deleteClass(name)).toMatchObject({ status: 409, body: { code: 'conflict' } })
    }
  })

  test.each([
    ['no seconds', {}, 'retention_seconds'],
    ['too few seconds', { retention_seconds: 9 }, 'retention_seconds'],
    ['more than 90 days', { retention_seconds: 90 * 86_400 + 1 }, 'retention_seconds'],
    ['seconds as text', { retention_seconds: '60' }, 'retention_seconds'],
    [
      'partitions of more than a day',
      { retention_seconds: 60, partition_seconds: 86_401 },
      'partition_seconds',
    ],
  ])('is refused with %s', async (_what, body, path) => {
    expect(await putClass('bad', body)).toMatchObject({ status: 422, body: { errors: [{ path }] } })
  })

  test.each(['%00', 'A', 'a%20b', "a'b", '-a', 'x'.repeat(64)])('cannot be called %s', async (name) => {
    expect(await putClass(name, { retention_seconds: 60 })).toMatchObject({
      status: 400,
      body: { code: 'invalid_parameter' },
    })
    expect((await deleteClass(name)).status).toBe(400)
  })
})

describe('an assignment', () => {
  test('is put, replaced and ended, for an agent, a namespace or both', async () => {
    const { id } = await registry.createAgent()
    await putClass('short', { retention_seconds: 60 })
    for (const [whose, query] of [
      [{ agent_id: id }, `?agent_id=${id}`],
      [{ namespace: 'a b' }, '?namespace=a%20b'],
      [{ agent_id: id, namespace: 'n' }, `?namespace=n&agent_id=${id.toUpperCase()}`],
    ] as const) {
      expect((await assign({ ...whose, retention_class: 'short' })).status).toBe(200)
      const answer = await assign({ ...whose, retention_class: 'default' })
      expect(answer).toMatchObject({
        status: 200,
        body: { agent_id: null, namespace: null, ...whose, retention_class: 'default' },
      })
      expect((await unassign(query)).status).toBe(204)
      expect(await unassign(query)).toMatchObject({ status: 404, body: { code: 'not_found' } })
    }
  })

  test.each([
    ['to nobody', { retention_class: 'default' }, 'agent_id'],
    ['to an agent that does not exist', { agent_id: randomUUID(), retention_class: 'default' }, 'agent_id'],
    ['of a class that does not exist', { namespace: 'n', retention_class: 'none' }, 'retention_class'],
    ['of no class', { namespace: 'n' }, 'retention_class'],
    ['to a namespace with NUL', { namespace: '\0', retention_class: 'default' }, 'namespace'],
  ])('is refused %s', async (_what, body, path) => {
    expect(await assign(body)).toMatchObject({
      status: 422,
      body: { code: 'invalid_body', errors: [{ path }] },
    })
  })

  test.each([
    ['', 'invalid_parameter'],
    ['?agent_id=x', 'invalid_parameter'],
    ['?namespace=', 'invalid_parameter'],
    ['?namespace=%00', 'invalid_parameter'],
    ['?namespace=a&namespace=b', 'invalid_parameter'],
    ['?name=a', 'unknown_parameter'],
  ])('is not ended by the parameters "%s"', async (query, code) => {
    expect(await unassign(query)).toMatchObject({ status: 400, body: { code } })
  })
})
