import { randomUUID } from 'node:crypto'
import { apiRoutes } from '@logboom/contracts'
import { findPak } from '@logboom/db'
import { issuePak, parsePak } from '@logboom/service'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadSigningKeys } from '../load-signing-keys.ts'
import { openRegistry, signingSecret } from './registry-fixture.ts'
import type { TestRegistry } from './registry-fixture.ts'

let registry: TestRegistry
let agent: { id: string; pak: string; pakId: string }
let reader: string
beforeAll(async () => {
  registry = await openRegistry()
  agent = await registry.createAgent()
  reader = String((await registry.call('POST', '/api/v1/paks', { body: { kind: 'reader' } })).body['pak'])
})
afterAll(() => registry.close())

/** Where a credential is given, not asked for. */
const open = [
  'POST /api/v1/auth/session',
  'GET /api/v1/auth/providers',
  'GET /api/v1/auth/oidc/login',
  'GET /api/v1/auth/oidc/callback',
]
const registryPaths = apiRoutes
  .filter(({ owner, path }) => owner === 'ingest-api' && !path.endsWith('/logs'))
  .filter(({ method, path }) => !open.includes(`${method} ${path}`))
  .map(({ method, path }) => [method, path] as const)
const filled = (path: string) => path.replace(/:\w+/g, randomUUID())
const adminPaths = registryPaths.filter(([, path]) => !/heartbeat|limits|\/auth\/|saved-searches/.test(path))

describe('who may', () => {
  test.each(registryPaths)('%s %s needs a credential, before its body is looked at', async (method, path) => {
    const raw = method === 'GET' ? {} : { raw: '{malformed' }
    const answer = await registry.call(method, filled(path), { as: null, ...raw })
    expect(answer).toMatchObject({ status: 401, body: { code: 'unauthorized', status: 401 } })
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/)
    const { pak } = issuePak()
    expect((await registry.call(method, filled(path), { as: pak })).status).toBe(401)
  })

  test.each(adminPaths)('%s %s is for admins only', async (method, path) => {
    for (const as of [agent.pak, reader]) {
      expect(await registry.call(method, filled(path), { as })).toMatchObject({
        status: 403,
        body: { code: 'forbidden' },
      })
    }
  })

  test('another secret with a known short part is no credential', async () => {
    const short = parsePak(registry.admin)?.short ?? ''
    const long = parsePak(issuePak().pak)?.long ?? ''
    expect(
      (await registry.call('POST', '/api/v1/agents', { as: `logboom_${short}_${long}`, body: {} })).status,
    ).toBe(401)
  })
})

describe('a token', () => {
  const exchange = (as: string) => registry.call('POST', '/api/v1/auth/token', { as })
  const useIt = (as: string) => registry.call('GET', `/api/v1/agents/${agent.id}/limits`, { as })

  test('is given for any PAK, lives for 15 minutes and does what its PAK may do', async () => {
    const given = await exchange(agent.pak)
    expect(given).toMatchObject({ status: 200, body: { token_type: 'Bearer', expires_in: 900 } })
    expect(given.headers.get('cache-control')).toBe('no-store')
    const token = String(given.body['access_token'])
    expect((await useIt(token)).status).toBe(200)
    expect((await registry.call('POST', '/api/v1/agents', { as: token, body: {} })).status).toBe(403)
    expect((await exchange(reader)).status).toBe(200)
    const admin = String((await exchange(registry.admin)).body['access_token'])
    expect(
      (await registry.call('POST', '/api/v1/paks', { as: admin, body: { kind: 'reader' } })).status,
    ).toBe(201)
  })

  test('is not given for a token, which would renew itself for ever', async () => {
    const { body } = await exchange(agent.pak)
    expect(await exchange(String(body['access_token']))).toMatchObject({ status: 403 })
  })

  test('fails when it was tampered with', async () => {
    const [head = '', payload = '', signature = ''] = String(
      (await exchange(agent.pak)).body['access_token'],
    ).split('.')
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const adminPakId = (await findPak(registry.db, { short: parsePak(registry.admin)?.short ?? '' }))?.pakId
    const forged = encode({ ...claims, pak: adminPakId })
    const flipped = signature.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'))
    const unsigned = encode({ alg: 'none', typ: 'JWT' })
    const tokens = [
      `${head}.${forged}.${signature}`,
      `${head}.${payload}.${flipped}`,
      `${unsigned}.${forged}.`,
      `${head}.${payload}`,
    ]
    for (const token of tokens)
      expect(await useIt(token)).toMatchObject({ status: 401, body: { code: 'unauthorized' } })
  })

  test('ends with its PAK', async () => {
    const { id, pak, pakId } = await registry.createAgent()
    const token = String((await exchange(pak)).body['access_token'])
    const limits = () => registry.call('GET', `/api/v1/agents/${id}/limits`, { as: token })
    expect((await limits()).status).toBe(200)
    await registry.call('DELETE', `/api/v1/agents/${id}/paks/${pakId}`)
    expect((await limits()).status).toBe(401)
  })
})

describe('signing keys', () => {
  test('are made once by eight processes that start at once', async () => {
    await registry.pool.query('delete from signing_keys')
    const loaded = await Promise.all(
      Array.from({ length: 8 }, () => loadSigningKeys(registry.db, signingSecret)),
    )
    expect(new Set(loaded.flat().map(({ kid }) => kid)).size).toBe(1)
  })

  test('are followed by a new one after 90 days, the old one verifying for an hour more', async () => {
    const [old] = await loadSigningKeys(registry.db, signingSecret)
    await registry.pool.query(`update signing_keys set created_at = now() - interval '91 days'`)
    const both = await loadSigningKeys(registry.db, signingSecret)
    expect(both.map(({ kid }) => kid)).toEqual([expect.not.stringMatching(String(old?.kid)), old?.kid])
    await registry.pool.query(`update signing_keys set retires_at = now() where retires_at is not null`)
    expect((await loadSigningKeys(registry.db, signingSecret)).map(({ kid }) => kid)).toEqual([both[0]?.kid])
  })

  test('are stored encrypted, and not to be opened with another secret', async () => {
    const [key] = await loadSigningKeys(registry.db, signingSecret)
    const { rows } = await registry.pool.query<{ row: string }>('select k::text as row from signing_keys k')
    expect(rows.map(({ row }) => row).join()).not.toContain(String(key?.jwk.d))
    await expect(loadSigningKeys(registry.db, `${signingSecret}!`)).rejects.toThrow('another secret')
  })
})

test('no credential is ever logged', () => {
  const long = (pak: string) => parsePak(pak)?.long ?? 'none'
  expect(registry.logged()).not.toContain(long(registry.admin))
  expect(registry.logged()).not.toContain(long(agent.pak))
})
