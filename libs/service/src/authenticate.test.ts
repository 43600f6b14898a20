import { expect, test } from 'vitest'
import { createAuthenticator } from './authenticate.ts'
import type { AuthenticatorOptions } from './authenticate.ts'
import { createCredentialCache } from './credential-cache.ts'
import { buildApp, createClock, createLogBook, createRecord, serve } from './auth-fixture.ts'
import { issuePak } from './pak.ts'
import type { PakRecord, Principal } from './principal.ts'
import { createSessions } from './sessions.ts'
import { generateSigningKey, openPrivateKey } from './signing-keys.ts'
import { createTokens } from './tokens.ts'

const secret = 'a secret of more than thirty-two characters'

/** An API whose one route says who is asking. */
async function startApi(options: Partial<AuthenticatorOptions> = {}) {
  const clock = createClock()
  const rows = new Map<string, PakRecord>()
  const state = { away: false, asked: 0 }
  const find = async (wanted: (short: string, row: PakRecord) => boolean) => {
    state.asked += 1
    if (state.away) throw new Error('no connection')
    return [...rows].find(([short, row]) => wanted(short, row))?.[1] ?? null
  }
  const cache = createCredentialCache({
    findByShort: (short) => find((key) => key === short),
    findById: (pakId) => find((_key, row) => row.pakId === pakId),
    isUnavailable: () => true,
    now: clock.now,
  })
  const { kid, sealed } = await generateSigningKey(secret)
  const keys = async () => [{ kid, jwk: openPrivateKey(sealed, secret) }]
  const tokens = createTokens({ keys, issuer: 'logboom', now: clock.now })
  const sessions = createSessions({ find: async () => null, isUnavailable: () => true, now: clock.now })
  const auth = createAuthenticator({ cache, sessions, tokens, now: clock.now, ...options })
  const book = createLogBook()
  const app = buildApp(book.log, (routes) => {
    routes.get('/whoami', async (req, res) => void res.json(await auth.authenticate(req)))
  })
  const api = await serve(app)
  const ask = async (authorization?: string) => {
    const answer = await fetch(
      `${api.url}/whoami`,
      authorization === undefined ? {} : { headers: { authorization } },
    )
    return { status: answer.status, headers: answer.headers, body: await answer.text() }
  }
  const issue = (changes: Partial<PakRecord> = {}) => {
    const { pak, short, longHash } = issuePak()
    rows.set(short, createRecord({ ...changes, longHash }))
    return { pak, short }
  }
  return {
    ask,
    issue,
    rows,
    clock,
    state,
    tokens,
    book,
    [Symbol.asyncDispose]: () => api[Symbol.asyncDispose](),
  }
}

const caller = { pakId: 'pak-1', subject: 'pak:pak-1', label: '', expiresAtMs: null }

test.each<[string, Partial<PakRecord>, Principal]>([
  ['an admin', { kind: 'admin', agentId: null }, { kind: 'admin', ...caller }],
  [
    'an agent',
    { limits: { max_logs: 3 } },
    { kind: 'agent', agentId: 'agent-1', limits: { max_logs: 3 }, ...caller },
  ],
  [
    'a reader',
    { kind: 'reader', agentId: null, scopeAgents: ['a'], scopeNamespaces: null },
    { kind: 'reader', agents: ['a'], namespaces: null, ...caller },
  ],
])('a PAK makes its bearer %s', async (_what, changes, principal) => {
  await using api = await startApi()
  const { status, body } = await api.ask(`bearer ${api.issue(changes).pak}`)
  expect([status, JSON.parse(body)]).toEqual([200, principal])
})

test.each<[string, Partial<PakRecord>, string]>([
  ['revoked', { revoked: true }, 'unauthorized'],
  ['expired this millisecond', { expiresAtMs: 1_700_000_000_000 }, 'token_expired'],
  ['of a deleted agent', { agentDeleted: true }, 'unauthorized'],
  ['of an agent without an id', { agentId: null }, 'unauthorized'],
])('a PAK that is %s is a 401 with a challenge', async (_what, changes, code) => {
  await using api = await startApi()
  const { status, headers, body } = await api.ask(`Bearer ${api.issue(changes).pak}`)
  expect([status, JSON.parse(body).code]).toEqual([401, code])
  expect(headers.get('www-authenticate')).toMatch(/^Bearer /)
})

test('a PAK of a disabled agent is a 403, which has an agent keep its lines', async () => {
  await using api = await startApi()
  const { status, body } = await api.ask(`Bearer ${api.issue({ agentDisabled: true }).pak}`)
  expect([status, JSON.parse(body).code]).toEqual([403, 'forbidden'])
})

test.each([
  ['no header', undefined],
  ['an empty header', ''],
  ['another scheme', 'Basic dXNlcjpwYXNz'],
  ['the scheme alone', 'Bearer '],
  ['two credentials', 'Bearer a b'],
  ['something that is neither', 'Bearer hello'],
  ['three parts that are no JWT', 'Bearer a.b.c'],
  ['a PAK that nobody issued', `Bearer ${issuePak().pak}`],
])('%s is a 401 with a challenge', async (_what, header) => {
  await using api = await startApi()
  const { status, headers } = await api.ask(header)
  expect([status, headers.get('www-authenticate')?.startsWith('Bearer ')]).toEqual([401, true])
})

test('the long part decides: a known short part with another long one is not let in', async () => {
  await using api = await startApi()
  const { short } = api.issue()
  const [, , otherLong] = issuePak().pak.split('_')
  expect((await api.ask(`Bearer logboom_${short}_${otherLong}`)).status).toBe(401)
})

test('a PAK stops working within 30 s of its revocation, and its tokens with it', async () => {
  await using api = await startApi()
  const { pak, short } = api.issue({ kind: 'admin' })
  const { token } = await api.tokens.sign({ kind: 'admin', pakId: 'pak-1', subject: 'pak:pak-1' })
  expect([(await api.ask(`Bearer ${pak}`)).status, (await api.ask(`Bearer ${token}`)).status]).toEqual([
    200, 200,
  ])
  const row = api.rows.get(short) ?? createRecord()
  api.rows.set(short, { ...row, revoked: true })
  api.clock.pass(30_000)
  expect([(await api.ask(`Bearer ${pak}`)).status, (await api.ask(`Bearer ${token}`)).status]).toEqual([
    401, 401,
  ])
})

test('a PAK expires on time, also inside the 30 s and while the database is away', async () => {
  await using api = await startApi()
  const { pak } = api.issue({ expiresAtMs: api.clock.now() + 1_000 })
  expect((await api.ask(`Bearer ${pak}`)).status).toBe(200)
  api.state.away = true
  api.clock.pass(1_000)
  expect((await api.ask(`Bearer ${pak}`)).status).toBe(401)
})

test('a token outlives neither its own time nor its PAK', async () => {
  await using api = await startApi()
  const { short } = api.issue({ kind: 'admin' })
  const { token, expiresInS } = await api.tokens.sign({ kind: 'admin', pakId: 'pak-1', subject: 'pak:pak-1' })
  expect(expiresInS).toBe(900)
  api.clock.pass(60_000)
  api.rows.delete(short)
  expect((await api.ask(`Bearer ${token}`)).status).toBe(401)
  api.clock.pass(900_000)
  expect(JSON.parse((await api.ask(`Bearer ${token}`)).body).code).toBe('token_expired')
})

test('while the database is away a known PAK works, and an unknown one is a 503 and not a 401', async () => {
  await using api = await startApi()
  const { pak } = api.issue()
  await api.ask(`Bearer ${pak}`)
  api.state.away = true
  api.clock.pass(600_000)
  expect((await api.ask(`Bearer ${pak}`)).status).toBe(200)
  const { status, headers } = await api.ask(`Bearer ${issuePak().pak}`)
  expect([status, headers.get('retry-after')]).toEqual([503, '5'])
})

test('an outage uses up no attempts: whoever comes meanwhile is told 503, not 429', async () => {
  await using api = await startApi({ attempts: { burst: 3, perSecond: 1 } })
  api.state.away = true
  for (let agent = 0; agent < 20; agent += 1) {
    expect((await api.ask(`Bearer ${issuePak().pak}`)).status).toBe(503)
  }
})

test('a flood of unknown PAKs is a 429 from then on; known ones from that address go on, and new honest ones come later', async () => {
  await using api = await startApi({ attempts: { burst: 5, perSecond: 1 } })
  const known = api.issue()
  await api.ask(`Bearer ${known.pak}`)
  const flood = await Promise.all(Array.from({ length: 20 }, () => api.ask(`Bearer ${issuePak().pak}`)))
  expect(flood.filter(({ status }) => status === 401)).toHaveLength(5)
  expect(
    flood.filter(({ status }) => status === 429).every(({ headers }) => headers.has('retry-after')),
  ).toBe(true)
  expect(api.state.asked).toBe(6)
  expect((await api.ask(`Bearer ${known.pak}`)).status).toBe(200)
  api.clock.pass(2_000)
  expect((await api.ask(`Bearer ${api.issue().pak}`)).status).toBe(200)
})

test('guessing the long part of a known key is limited too', async () => {
  await using api = await startApi({ attempts: { burst: 3, perSecond: 1 } })
  const { pak, short } = api.issue()
  await api.ask(`Bearer ${pak}`)
  const guesses = []
  for (let guess = 0; guess < 5; guess += 1)
    guesses.push(await api.ask(`Bearer logboom_${short}_${issuePak().pak.split('_')[2]}`))
  expect(guesses.map(({ status }) => status)).toEqual([401, 401, 401, 429, 429])
})

test('a hundred honest agents behind one address may all come for the first time', async () => {
  await using api = await startApi({ attempts: { burst: 3, perSecond: 1 } })
  for (let agent = 0; agent < 100; agent += 1)
    expect((await api.ask(`Bearer ${api.issue().pak}`)).status).toBe(200)
})

test('use is noted once a minute for each key, and a note that fails harms nobody', async () => {
  const notes: string[] = []
  const onUsed = (pakId: string) => {
    notes.push(pakId)
    throw new Error('not now')
  }
  await using api = await startApi({ onUsed })
  const { pak } = api.issue()
  for (const passMs of [0, 59_999, 1]) {
    api.clock.pass(passMs)
    expect((await api.ask(`Bearer ${pak}`)).status).toBe(200)
  }
  expect(notes).toEqual(['pak-1', 'pak-1'])
})

test('no credential is in the log or in any answer, whatever became of it', async () => {
  await using api = await startApi()
  const good = api.issue().pak
  const revoked = api.issue({ revoked: true }).pak
  const unknown = issuePak().pak
  const { token } = await api.tokens.sign({ kind: 'admin', pakId: 'pak-1', subject: 'pak:pak-1' })
  const answers = await Promise.all(
    [good, revoked, unknown, token, `${token}x`].map((credential) => api.ask(`Bearer ${credential}`)),
  )
  const said = api.book.text() + answers.map(({ body }) => body).join()
  for (const credential of [good, revoked, unknown]) expect(said).not.toContain(credential.split('_')[2])
  expect(said).not.toContain(token.slice(-20))
})
