import { randomUUID } from 'node:crypto'
import { apiRoutes, Session } from '@logboom/contracts'
import { issuePak } from '@logboom/service'
import { until } from '@logboom/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openRegistry } from './registry-fixture.ts'
import type { Answer, Call, TestRegistry } from './registry-fixture.ts'

let registry: TestRegistry
let reader: { id: string; pak: string }
beforeAll(async () => {
  registry = await openRegistry()
  reader = await issueReader()
})
afterAll(() => registry.close())

const path = '/api/v1/auth/session'

async function issueReader(changes = {}): Promise<{ id: string; pak: string }> {
  const body = { kind: 'reader', label: 'on call', scope_namespaces: ['shop'], ...changes }
  const { body: issued } = await registry.call('POST', '/api/v1/paks', { body })
  return { id: String(issued['id']), pak: String(issued['pak']) }
}

const signIn = (pak: string, call: Call = {}) =>
  registry.call('POST', path, { as: null, body: { pak }, ...call })

/** What a browser would send from then on. */
function cookieOf(answer: Answer): string {
  return answer.headers.get('set-cookie')?.split(';')[0] ?? 'none'
}

/** A page that is signed in. */
async function openPage(pak: string) {
  const answer = await signIn(pak)
  const cookie = cookieOf(answer)
  const { csrf_token: csrf } = Session.parse(answer.body)
  const call = (method: string, at: string, { headers = {}, ...rest }: Call = {}) =>
    registry.call(method, at, { as: null, ...rest, headers: { Cookie: cookie, ...headers } })
  return { answer, call, cookie, csrf, token: cookie.split('=')[1] ?? '' }
}

describe('signing in', () => {
  test('by a PAK gives a cookie that no script can read, and says who it is', async () => {
    const { answer } = await openPage(reader.pak)
    expect(answer).toMatchObject({
      status: 201,
      body: { kind: 'reader', agents: null, namespaces: ['shop'], label: 'on call' },
    })
    expect(answer.headers.get('set-cookie')).toMatch(
      /^logboom_session=lbs_[\w-]{43}; Path=\/; Max-Age=604800; HttpOnly; SameSite=Strict$/,
    )
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const lasts = Date.parse(String(answer.body['expires_at'])) - Date.now()
    expect(Math.abs(lasts - 12 * 3_600_000)).toBeLessThan(60_000)
  })

  test('by `Authorization` does the same', async () => {
    const answer = await registry.call('POST', path, { as: reader.pak })
    expect([answer.status, cookieOf(answer)]).toEqual([201, expect.stringMatching(/^logboom_session=lbs_/)])
  })

  test('over https gives a cookie that no neighbour can plant', async () => {
    const answer = await signIn(reader.pak, { headers: { 'X-Forwarded-Proto': 'https' } })
    expect(answer.headers.get('set-cookie')).toMatch(/^__Host-logboom_session=lbs_.*; Secure$/)
  })

  test('is for every kind of key, each with what it may read', async () => {
    const agent = await registry.createAgent()
    expect((await signIn(agent.pak)).body).toMatchObject({
      kind: 'agent',
      agents: [agent.id],
      namespaces: null,
    })
    expect((await signIn(registry.admin)).body).toMatchObject({ kind: 'admin', agents: null })
  })

  test('needs a PAK that is known, and no token will do', async () => {
    const { body } = await registry.call('POST', '/api/v1/auth/token')
    for (const pak of [issuePak().pak, String(body['access_token']), '', `${reader.pak}x`])
      expect(await signIn(pak)).toMatchObject({ status: 401 })
    expect((await registry.call('POST', path, { as: String(body['access_token']) })).status).toBe(401)
    expect((await registry.call('POST', path, { as: null })).headers.get('set-cookie')).toBeNull()
  })

  test('cannot be done by a page of another origin, nor by a form', async () => {
    const from = (headers: Record<string, string>) => signIn(reader.pak, { headers })
    for (const headers of [{ Origin: 'https://evil.example' }, { 'Sec-Fetch-Site': 'cross-site' }])
      expect(await from(headers)).toMatchObject({ status: 403, body: { code: 'foreign_origin' } })
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])
      expect((await from({ 'Content-Type': type })).status).toBe(415)
    expect((await from({ 'Sec-Fetch-Site': 'same-origin' })).status).toBe(201)
  })

  test('ends the session that the browser had, and takes no session that it brought', async () => {
    const before = await openPage(reader.pak)
    const after = await signIn(reader.pak, { headers: { Cookie: before.cookie } })
    expect(cookieOf(after)).not.toBe(before.cookie)
    expect((await before.call('GET', path)).status).toBe(401)
    const planted = `logboom_session=lbs_${'a'.repeat(43)}`
    expect(cookieOf(await signIn(reader.pak, { headers: { Cookie: planted } }))).not.toBe(planted)
  })

  test('ends with a key that ends sooner', async () => {
    const expires = new Date(Date.now() + 3_600_000).toISOString()
    const { answer } = await openPage((await issueReader({ expires_at: expires })).pak)
    expect(answer.body['expires_at']).toBe(expires)
    expect(answer.headers.get('set-cookie')).toMatch(/Max-Age=3(600|599)/)
  })

  test('again and again keeps 200 sessions of a key, those used last', async () => {
    const { id, pak } = await issueReader()
    const page = await openPage(pak)
    await registry.pool.query(
      `insert into sessions (token_hash, pak_id, last_used_at, expires_at, ends_at)
       select gen_random_uuid()::text, $1::uuid, now() - n * interval '1 minute', now() + interval '1 h', now() + interval '1 h'
       from generate_series(1, 300) n`,
      [id],
    )
    await signIn(pak)
    const { rows } = await registry.pool.query<{ n: number }>(
      'select count(*)::integer as n from sessions where pak_id = $1::uuid',
      [id],
    )
    expect(rows).toEqual([{ n: 200 }])
    expect((await page.call('GET', path)).status).toBe(200)
  })
})

describe('a session', () => {
  test('is told to its page, with the same CSRF token, and to nobody else', async () => {
    const page = await openPage(reader.pak)
    expect(await page.call('GET', path)).toMatchObject({
      status: 200,
      body: {
        csrf_token: page.csrf,
        kind: 'reader',
        label: 'on call',
        expires_at: page.answer.body['expires_at'],
      },
    })
    expect((await registry.call('GET', path, { as: null })).status).toBe(401)
    expect((await registry.call('GET', path, { as: reader.pak })).status).toBe(401)
  })

  test('ends with its key at once on the process that revoked it', async () => {
    const { id, pak } = await issueReader()
    const page = await openPage(pak)
    await registry.call('DELETE', `/api/v1/paks/${id}`)
    expect((await page.call('GET', path)).status).toBe(401)
  })

  test('that was signed out is gone, cookie and row', async () => {
    const page = await openPage(reader.pak)
    expect(await page.call('DELETE', path)).toMatchObject({
      status: 403,
      body: { code: 'csrf_token_missing' },
    })
    const answer = await page.call('DELETE', path, { headers: { 'X-CSRF-Token': page.csrf } })
    expect(answer.status).toBe(204)
    expect(answer.headers.get('set-cookie')).toMatch(/^logboom_session=; Path=\/; Max-Age=0/)
    expect((await page.call('GET', path)).status).toBe(401)
  })

  test('moves its end with use, and never beyond 7 days', async () => {
    const { id, pak } = await issueReader()
    const page = await openPage(pak)
    await registry.pool.query(
      `update sessions set expires_at = now() + interval '1 h', ends_at = now() + interval '2 h' where pak_id = $1::uuid`,
      [id],
    )
    await page.call('GET', path)
    const moved = async () => {
      const text = 'select from sessions where pak_id = $1::uuid and expires_at = ends_at'
      return (await registry.pool.query(text, [id])).rowCount === 1
    }
    await until(moved, { what: 'the end of the session to move' })
  })

  test('does what its key may do, with the CSRF token', async () => {
    const page = await openPage(registry.admin)
    const body = { name: randomUUID(), cluster_name: 'test' }
    const call = { body, headers: { 'X-CSRF-Token': page.csrf } }
    expect((await page.call('POST', '/api/v1/agents', call)).status).toBe(201)
    const asReader = await openPage(reader.pak)
    const denied = { body, headers: { 'X-CSRF-Token': asReader.csrf } }
    expect(await asReader.call('POST', '/api/v1/agents', denied)).toMatchObject({
      status: 403,
      body: { code: 'forbidden' },
    })
  })

  test('gives no token, which would outlive it', async () => {
    const page = await openPage(registry.admin)
    const headers = { 'X-CSRF-Token': page.csrf }
    expect((await page.call('POST', '/api/v1/auth/token', { headers })).status).toBe(403)
  })
})

const changing = apiRoutes
  .filter(
    ({ owner, method, path: at }) =>
      owner === 'ingest-api' && (method as string) !== 'GET' && !at.endsWith('/logs'),
  )
  .filter((route) => route.method !== 'POST' || route.path !== path)
  .map((route) => [route.method, route.path] as const)

test.each(changing)('%s %s is refused to the cookie alone', async (method, at) => {
  const page = await openPage(registry.admin)
  const answer = await page.call(method, at.replace(/:\w+/g, randomUUID()), { raw: '{malformed' })
  expect(answer).toMatchObject({ status: 403, body: { code: 'csrf_token_missing' } })
})

test('what is stored of a session signs nobody in, and no log holds a token', async () => {
  const page = await openPage(reader.pak)
  await page.call('GET', path)
  const { rows } = await registry.pool.query<{ row: string }>('select s::text as row from sessions s')
  const secrets = [page.token.slice(4), page.csrf]
  for (const secret of secrets) {
    expect(secret.length).toBeGreaterThan(40)
    expect(rows.map(({ row }) => row).join()).not.toContain(secret)
    expect(registry.logged()).not.toContain(secret)
  }
})
