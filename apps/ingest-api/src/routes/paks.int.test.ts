import { randomUUID } from 'node:crypto'
import { ensureFirstAdmin, findPak, insertPak, revokePak } from '@logboom/db'
import type { NewPak } from '@logboom/db'
import { issuePak, parsePak } from '@logboom/service'
import { until } from '@logboom/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openRegistry } from './registry-fixture.ts'
import type { TestRegistry } from './registry-fixture.ts'

let registry: TestRegistry
beforeAll(async () => {
  registry = await openRegistry()
})
afterAll(() => registry.close())

const issue = (body: unknown) => registry.call('POST', '/api/v1/paks', { body })
const shortOf = (pak: unknown) => parsePak(String(pak))?.short ?? ''

describe('a key of an agent', () => {
  test('is shown once, works beside others, and stops when it is revoked', async () => {
    const agent = await registry.createAgent()
    const path = `/api/v1/agents/${agent.id}`
    const works = async (as: string) => (await registry.call('GET', `${path}/limits`, { as })).status
    const second = await registry.call('POST', `${path}/paks`, { body: { label: 'next' } })
    expect(second.status).toBe(201)
    expect(second.body).toMatchObject({
      kind: 'agent',
      agent_id: agent.id,
      label: 'next',
      expires_at: null,
      revoked_at: null,
    })
    expect(second.text).not.toContain('long_hash')
    const next = String(second.body['pak'])
    expect([await works(agent.pak), await works(next)]).toEqual([200, 200])
    expect((await registry.call('DELETE', `${path}/paks/${agent.pakId}`)).status).toBe(204)
    expect([await works(agent.pak), await works(next)]).toEqual([401, 200])
  })

  test('is stored as a hash only', async () => {
    const { pak } = await registry.createAgent()
    const long = parsePak(pak)?.long ?? ''
    const { rows } = await registry.pool.query<{ found: string }>(
      'select p::text as found from paks p where short = $1',
      [shortOf(pak)],
    )
    expect(rows).toHaveLength(1)
    expect(rows[0]?.found).not.toContain(long)
  })

  test('ends on time, though it is cached', async () => {
    const agent = await registry.createAgent()
    const expires_at = new Date(Date.now() + 1_500).toISOString()
    const { body } = await registry.call('POST', `/api/v1/agents/${agent.id}/paks`, { body: { expires_at } })
    expect(body['expires_at']).toBe(expires_at)
    const limits = () =>
      registry.call('GET', `/api/v1/agents/${agent.id}/limits`, { as: String(body['pak']) })
    expect((await limits()).status).toBe(200)
    await until(async () => (await limits()).status === 401, { what: 'the key to expire' })
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(expires_at))
    const answer = await limits()
    expect(answer.body['code']).toBe('token_expired')
    expect(answer.headers.get('www-authenticate')).toContain('Bearer')
  })

  test.each([
    ['an expiry in the past', { expires_at: '2020-01-01T00:00:00Z' }, 'expires_at'],
    ['an expiry that is no time', { expires_at: 'tomorrow' }, 'expires_at'],
    ['an expiry without an offset', { expires_at: '2999-01-01T00:00:00' }, 'expires_at'],
    ['a label that is too long', { label: 'x'.repeat(254) }, 'label'],
    ['NUL in a label', { label: '\0' }, 'label'],
  ])('is not issued with %s', async (_what, body, path) => {
    const { id } = await registry.createAgent()
    const answer = await registry.call('POST', `/api/v1/agents/${id}/paks`, { body })
    expect(answer).toMatchObject({ status: 422, body: { code: 'invalid_body', errors: [{ path }] } })
  })

  test('is not issued for an agent that does not exist', async () => {
    for (const id of [randomUUID(), 'x']) {
      const answer = await registry.call('POST', `/api/v1/agents/${id}/paks`)
      expect(answer).toMatchObject({ status: 404, body: { code: 'agent_not_found' } })
    }
  })

  test('is revoked through its own agent only, and again without complaint', async () => {
    const [one, other] = [await registry.createAgent(), await registry.createAgent()]
    const revoke = (agent: string, pak: string) =>
      registry.call('DELETE', `/api/v1/agents/${agent}/paks/${pak}`)
    expect(await revoke(other.id, one.pakId)).toMatchObject({ status: 404, body: { code: 'not_found' } })
    expect((await registry.call('GET', `/api/v1/agents/${one.id}/limits`, { as: one.pak })).status).toBe(200)
    expect((await revoke(one.id, randomUUID())).status).toBe(404)
    expect((await revoke(one.id, 'x')).status).toBe(404)
    expect([(await revoke(one.id, one.pakId)).status, (await revoke(one.id, one.pakId)).status]).toEqual([
      204, 204,
    ])
  })
})

describe('a key that is rotated', () => {
  const patch = (id: string, body: unknown) => registry.call('PATCH', `/api/v1/paks/${id}`, { body })

  test('works beside the new one until the time it was given, and is named as one likes', async () => {
    const agent = await registry.createAgent()
    const expires_at = new Date(Date.now() + 1_500).toISOString()
    const changed = await patch(agent.pakId, { expires_at, label: 'old' })
    expect(changed).toMatchObject({ status: 200, body: { id: agent.pakId, expires_at, label: 'old' } })
    const limits = async () =>
      (await registry.call('GET', `/api/v1/agents/${agent.id}/limits`, { as: agent.pak })).status
    expect(await limits()).toBe(200)
    await until(async () => (await limits()) === 401, { what: 'the old key to end' })
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(expires_at))
  })

  test('can be kept after all, and changes in nothing that is not said', async () => {
    const agent = await registry.createAgent()
    const expires_at = new Date(Date.now() + 3_600_000).toISOString()
    await patch(agent.pakId, { expires_at })
    expect(await patch(agent.pakId, { label: 'kept' })).toMatchObject({ body: { expires_at, label: 'kept' } })
    expect(await patch(agent.pakId, { expires_at: null })).toMatchObject({
      body: { expires_at: null, label: 'kept' },
    })
  })

  test.each([
    ['an end in the past', { expires_at: '2020-01-01T00:00:00Z' }, 'expires_at'],
    ['another kind', { kind: 'admin' }, ''],
    ['a label that is too long', { label: 'x'.repeat(254) }, 'label'],
  ])('is not given %s', async (_what, body, path) => {
    const { pakId } = await registry.createAgent()
    expect(await patch(pakId, body)).toMatchObject({ status: 422, body: { errors: [{ path }] } })
  })

  test('must exist and not be revoked, and only an admin may', async () => {
    const agent = await registry.createAgent()
    expect((await patch(randomUUID(), { label: 'x' })).status).toBe(404)
    const path = `/api/v1/paks/${agent.pakId}`
    expect((await registry.call('PATCH', path, { as: agent.pak, body: { label: 'x' } })).status).toBe(403)
    await registry.call('DELETE', path)
    expect((await patch(agent.pakId, { expires_at: null })).status).toBe(404)
  })
})

describe('a key of a reader or an admin', () => {
  test('carries its scope, and none where none was given', async () => {
    const scope = { scope_agents: [randomUUID()], scope_namespaces: ['production'] }
    const scoped = await issue({ kind: 'reader', label: 'dash', ...scope })
    expect(scoped).toMatchObject({ status: 201, body: { kind: 'reader', agent_id: null, ...scope } })
    const { body } = await issue({ kind: 'reader' })
    expect(body).toMatchObject({ scope_agents: null, scope_namespaces: null })
    expect(await findPak(registry.db, { short: shortOf(scoped.body['pak']) })).toMatchObject({
      scopeAgents: scope.scope_agents,
      scopeNamespaces: scope.scope_namespaces,
    })
    const { rows } = await registry.pool.query(
      'select scope_agents, scope_namespaces from paks where id = $1',
      [body['id']],
    )
    expect(rows).toEqual([{ scope_agents: null, scope_namespaces: null }])
  })

  test.each([
    ['of kind agent', { kind: 'agent' }, 'kind'],
    ['without a kind', {}, 'kind'],
    ['for an admin with a scope', { kind: 'admin', scope_namespaces: ['a'] }, 'scope_namespaces'],
    ['for an admin with agents', { kind: 'admin', scope_agents: [randomUUID()] }, 'scope_agents'],
    ['with an empty scope, which would read as none', { kind: 'reader', scope_agents: [] }, 'scope_agents'],
    ['with an agent that is no UUID', { kind: 'reader', scope_agents: ['x'] }, 'scope_agents.0'],
    ['with an expiry in the past', { kind: 'reader', expires_at: '2020-01-01T00:00:00Z' }, 'expires_at'],
  ])('is not issued %s', async (_what, body, path) => {
    expect(await issue(body)).toMatchObject({ status: 422, body: { errors: [{ path }] } })
  })

  test('is revoked at once', async () => {
    const { body } = await issue({ kind: 'admin' })
    const as = String(body['pak'])
    expect((await registry.call('POST', '/api/v1/paks', { as, body: { kind: 'reader' } })).status).toBe(201)
    expect((await registry.call('DELETE', `/api/v1/paks/${String(body['id'])}`)).status).toBe(204)
    expect((await registry.call('POST', '/api/v1/paks', { as, body: { kind: 'reader' } })).status).toBe(401)
  })
})

describe('the last admin key', () => {
  const adminId = async () => (await findPak(registry.db, { short: shortOf(registry.admin) }))?.pakId ?? ''

  test('cannot be revoked, whatever dead ones there are', async () => {
    const dead = await issue({ kind: 'admin' })
    await registry.pool.query(`update paks set revoked_at = now() where kind = 'admin' and short <> $1`, [
      shortOf(registry.admin),
    ])
    await registry.pool.query(
      `insert into paks (kind, short, long_hash, expires_at) values ('admin', 'expired1', '', now())`,
    )
    expect(await registry.call('DELETE', `/api/v1/paks/${await adminId()}`)).toMatchObject({
      status: 409,
      body: { code: 'conflict' },
    })
    const soon = { expires_at: new Date(Date.now() + 60_000).toISOString() }
    expect(await registry.call('PATCH', `/api/v1/paks/${await adminId()}`, { body: soon })).toMatchObject({
      status: 409,
      body: { code: 'conflict' },
    })
    expect((await registry.call('DELETE', `/api/v1/paks/${String(dead.body['id'])}`)).status).toBe(204)
    expect((await issue({ kind: 'reader' })).status).toBe(201)
  })

  test('is left when all are revoked at once', async () => {
    for (let round = 0; round < 5; round++) {
      const made = await Promise.all(Array.from({ length: 7 }, () => insertPak(registry.db, newAdmin())))
      const ids = [await adminId(), ...made.map(({ id }) => id)]
      const outcomes = await Promise.all(ids.map((id) => revokePak(registry.db, { id })))
      expect(outcomes.filter((outcome) => outcome === 'last_admin')).toHaveLength(1)
      await registry.pool.query(`delete from paks where kind = 'admin' and short <> $1`, [
        shortOf(registry.admin),
      ])
      await registry.pool.query(`update paks set revoked_at = null where kind = 'admin'`)
    }
  })

  function newAdmin(): NewPak & { agentId?: never } {
    const { short, longHash } = issuePak()
    return { kind: 'admin', short, longHash, label: '' }
  }
})

describe('the first admin key', () => {
  const ensure = () => ensureFirstAdmin(registry.db, { issue: issuePak, label: 'first' })

  test('is made once, however many processes start at once', async () => {
    await registry.pool.query(`delete from paks where kind = 'admin'`)
    const made = await Promise.all(Array.from({ length: 8 }, ensure))
    const [pak, ...more] = made.filter((one) => one !== null)
    expect(more).toEqual([])
    expect(
      (await registry.call('POST', '/api/v1/paks', { as: String(pak), body: { kind: 'reader' } })).status,
    ).toBe(201)
    expect(await ensure()).toBeNull()
  })

  test('is made again when no admin key works any more', async () => {
    await registry.pool.query(`update paks set expires_at = now() where kind = 'admin'`)
    expect(await ensure()).not.toBeNull()
    expect(await ensure()).toBeNull()
  })
})
