import { expect, test } from 'vitest'
import { buildApp, createClock, createLogBook, createRecord, serve } from './auth-fixture.ts'
import { createAuthenticator } from './authenticate.ts'
import { createCredentialCache } from './credential-cache.ts'
import type { PakRecord, Principal } from './principal.ts'
import { csrfTokenOf } from './session-cookie.ts'
import { createSessions, hashSessionToken, makeSessionToken } from './sessions.ts'
import type { SessionRecord } from './sessions.ts'

/** Our page at `/`, whose one route says who is asking, over a database that can be away. */
async function startApi() {
  const clock = createClock()
  const paks = new Map<string, PakRecord>([
    ['pak-1', createRecord({ kind: 'admin', agentId: null, label: 'ann' })],
  ])
  const rows = new Map<string, SessionRecord>()
  const state = { away: false, asked: 0, used: [] as string[] }
  const look = <T>(found: T | undefined) => {
    state.asked += 1
    return state.away ? Promise.reject(new Error('no connection')) : Promise.resolve(found ?? null)
  }
  const common = { isUnavailable: () => true, now: clock.now }
  const sessions = createSessions({ find: (hash) => look(rows.get(hash)), ...common })
  const cache = createCredentialCache({
    findByShort: async () => null,
    findById: (pakId) => look(paks.get(pakId)),
    ...common,
  })
  const auth = createAuthenticator({
    cache,
    sessions,
    attempts: { burst: 5, perSecond: 1 },
    oidc: {
      knows: (issuer) => issuer === 'https://login.example',
      verify: async () => Promise.reject(new Error('there is no issuer')),
    },
    onSessionUsed: (hash) => state.used.push(hash),
    now: clock.now,
  })
  const book = createLogBook()
  const principals: Principal[] = []
  const app = buildApp(book.log, (routes) => {
    routes.all('/', async (req, res) => {
      const principal = await auth.authenticate(req)
      principals.push(principal)
      res.json(principal)
    })
  })
  const http = await serve(app)
  const signIn = (owner: SessionRecord['owner'] = { pakId: 'pak-1' }, lastsMs = 43_200_000) => {
    const token = makeSessionToken()
    const tokenHash = hashSessionToken(token) ?? ''
    rows.set(tokenHash, { tokenHash, owner, expiresAtMs: clock.now() + lastsMs })
    return { token, tokenHash, cookie: `logboom_session=${token}` }
  }
  const ask = async (headers: Record<string, string>, method = 'GET') => {
    const answer = await fetch(http.url, { method, headers })
    const body: unknown = await answer.json()
    return { status: answer.status, body }
  }
  const dispose = () => http[Symbol.asyncDispose]()
  return {
    ask,
    auth,
    book,
    clock,
    paks,
    principals,
    rows,
    sessions,
    signIn,
    state,
    [Symbol.asyncDispose]: dispose,
  }
}

test('the cookie of a session stands for its key, read anew: what is revoked is out within 30 s', async () => {
  await using api = await startApi()
  const { cookie, tokenHash } = api.signIn()
  expect(await api.ask({ cookie })).toMatchObject({
    status: 200,
    body: { kind: 'admin', pakId: 'pak-1', subject: 'pak:pak-1', label: 'ann', session: tokenHash },
  })
  api.paks.set('pak-1', createRecord({ revoked: true }))
  api.clock.pass(30_000)
  expect((await api.ask({ cookie })).status).toBe(401)
})

test('who signs out is out here at once, also while the look-up of another request is under way', async () => {
  await using api = await startApi()
  const { cookie, tokenHash } = api.signIn()
  expect((await api.ask({ cookie })).status).toBe(200)
  api.sessions.end(tokenHash)
  expect((await api.ask({ cookie })).status).toBe(401)
})

test('who signs out elsewhere is out here within 30 s', async () => {
  await using api = await startApi()
  const { cookie, tokenHash } = api.signIn()
  await api.ask({ cookie })
  api.rows.delete(tokenHash)
  api.clock.pass(30_000)
  expect((await api.ask({ cookie })).status).toBe(401)
})

test('a session ends on time, also while the database is away', async () => {
  await using api = await startApi()
  const { cookie } = api.signIn({ pakId: 'pak-1' }, 60_000)
  expect((await api.ask({ cookie })).status).toBe(200)
  api.state.away = true
  api.clock.pass(59_999)
  expect((await api.ask({ cookie })).status).toBe(200)
  api.clock.pass(1)
  expect(await api.ask({ cookie })).toMatchObject({ status: 401, body: { code: 'token_expired' } })
})

test('a session that is not known while the database is away is a 503 and not a 401', async () => {
  await using api = await startApi()
  const { cookie } = api.signIn()
  api.state.away = true
  expect((await api.ask({ cookie })).status).toBe(503)
})

test('a user of an issuer has the role of the sign-in, for as long as the issuer is configured', async () => {
  await using api = await startApi()
  const user = { subject: 'ann', kind: 'reader', scopeAgents: ['a'], label: 'Ann' } as const
  const known = api.signIn({ ...user, scopeAgents: ['a'], issuer: 'https://login.example' })
  expect((await api.ask({ cookie: known.cookie })).body).toMatchObject({
    kind: 'reader',
    agents: ['a'],
    namespaces: null,
    subject: 'oidc:ann',
    label: 'Ann',
  })
  const gone = api.signIn({ ...user, scopeAgents: null, issuer: 'https://former.example' })
  expect((await api.ask({ cookie: gone.cookie })).status).toBe(401)
})

test.each(['POST', 'PUT', 'PATCH', 'DELETE'])(
  '%s by cookie needs the CSRF token of that very session',
  async (method) => {
    await using api = await startApi()
    const { cookie, token } = api.signIn()
    const other = csrfTokenOf(api.signIn().token)
    for (const headers of [{}, { 'x-csrf-token': '' }, { 'x-csrf-token': other }, { 'x-csrf-token': token }])
      expect(await api.ask({ cookie, ...headers }, method)).toMatchObject({
        status: 403,
        body: { code: 'csrf_token_missing' },
      })
    expect((await api.ask({ cookie, 'x-csrf-token': csrfTokenOf(token) }, method)).status).toBe(200)
    expect((await api.ask({ cookie }, 'GET')).status).toBe(200)
  },
)

test('a page of another origin changes nothing, whatever token it has', async () => {
  await using api = await startApi()
  const { cookie, token } = api.signIn()
  const mine = { cookie, 'x-csrf-token': csrfTokenOf(token) }
  for (const foreign of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'same-site' }])
    expect(await api.ask({ ...mine, ...foreign }, 'POST')).toMatchObject({
      status: 403,
      body: { code: 'foreign_origin' },
    })
})

test('over https the cookie that others could have planted counts for nothing', async () => {
  await using api = await startApi()
  const { cookie } = api.signIn()
  const https = { 'x-forwarded-proto': 'https' }
  expect((await api.ask({ cookie, ...https })).status).toBe(401)
  expect((await api.ask({ cookie: `__Host-${cookie}`, ...https })).status).toBe(200)
})

test('a bearer comes before a cookie and needs no CSRF token; another scheme, such as a proxy’s, leaves the cookie its place', async () => {
  await using api = await startApi()
  const { cookie } = api.signIn()
  expect((await api.ask({ cookie, authorization: 'Bearer logboom_nobody' })).status).toBe(401)
  expect((await api.ask({ cookie, authorization: 'Basic dXNlcjpwYXNz' })).status).toBe(200)
})

test('a flood of made-up cookies is a 429, and asks the database no more', async () => {
  await using api = await startApi()
  const flood = []
  for (let guess = 0; guess < 8; guess += 1)
    flood.push(await api.ask({ cookie: `logboom_session=${makeSessionToken()}` }))
  expect(flood.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401, 429, 429, 429])
  expect(api.state.asked).toBe(5)
  expect((await api.ask({ cookie: 'logboom_session=anything' })).status).toBe(401)
})

test('use is noted once a minute, so that the session lives on', async () => {
  await using api = await startApi()
  const { cookie, tokenHash } = api.signIn()
  for (const passMs of [0, 59_999, 1]) {
    api.clock.pass(passMs)
    await api.ask({ cookie })
  }
  expect(api.state.used).toEqual([tokenHash, tokenHash])
})

test('an open connection is told when its session has ended, and when its key was revoked', async () => {
  await using api = await startApi()
  const { cookie, tokenHash } = api.signIn()
  await api.ask({ cookie })
  const [principal] = api.principals
  if (!principal) throw new Error('nobody came')
  expect(await api.auth.recheck(principal)).toEqual(principal)
  api.paks.set('pak-1', createRecord({ revoked: true }))
  api.clock.pass(30_000)
  await expect(api.auth.recheck(principal)).rejects.toMatchObject({ status: 401 })
  api.paks.set('pak-1', createRecord())
  api.rows.delete(tokenHash)
  api.clock.pass(30_000)
  await expect(api.auth.recheck(principal)).rejects.toMatchObject({ status: 401 })
})

test('an open connection ends with the token that opened it, and with the key behind it', async () => {
  await using api = await startApi()
  const byToken = {
    kind: 'admin',
    pakId: 'pak-1',
    subject: 'pak:pak-1',
    label: '',
    expiresAtMs: api.clock.now() + 900_000,
  } as const
  expect(await api.auth.recheck(byToken)).toMatchObject({ expiresAtMs: byToken.expiresAtMs })
  const byIssuer = { ...byToken, pakId: null }
  expect(await api.auth.recheck(byIssuer)).toBe(byIssuer)
  api.clock.pass(900_000)
  for (const principal of [byToken, byIssuer])
    await expect(api.auth.recheck(principal)).rejects.toMatchObject({ code: 'token_expired' })
})

test('no token is in the log or in an answer', async () => {
  await using api = await startApi()
  const { cookie, token } = api.signIn()
  const answers = [
    await api.ask({ cookie }),
    await api.ask({ cookie }, 'POST'),
    await api.ask({ cookie: `${cookie}x` }),
  ]
  api.book.log.warn('a header came back', { text: `Cookie: a=b; ${cookie}` })
  expect(api.book.text() + JSON.stringify(answers)).not.toContain(token.slice(4))
})
