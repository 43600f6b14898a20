import { expect, test } from 'vitest'
import { buildApp, createClock, createLogBook, createRecord, serve } from './auth-fixture.ts'
import { createAuthenticator } from './authenticate.ts'
import { createCredentialCache } from './credential-cache.ts'
import type { PakRecord, Principal } from './principal.ts'
import { createSessions } from './sessions.ts'
import { createTickets } from './tickets.ts'

const secret = 'a secret of more than thirty-two characters'
const caller = { subject: 'pak:pak-1', label: 'ann', expiresAtMs: null }
const admin: Principal = { kind: 'admin', pakId: 'pak-1', ...caller }

/** A page whose one route a browser opens without headers, and what is kept for it. */
async function startApi({ away = false } = {}) {
  const clock = createClock()
  const kept = new Map<string, string>()
  const paks = new Map<string, PakRecord>([
    ['pak-1', createRecord({ kind: 'admin', agentId: null, label: 'ann' })],
  ])
  const reach = <T>(value: T) => (away ? Promise.reject(new Error('no connection')) : Promise.resolve(value))
  const tickets = createTickets({
    secret,
    place: {
      put: async (id, text) => reach(void kept.set(id, text)),
      async take(id) {
        const text = kept.get(id) ?? null
        kept.delete(id)
        return reach(text)
      },
    },
  })
  const common = { isUnavailable: () => true, now: clock.now }
  const auth = createAuthenticator({
    cache: createCredentialCache({
      findByShort: async () => null,
      findById: async (pakId) => paks.get(pakId) ?? null,
      ...common,
    }),
    sessions: createSessions({ find: async () => null, ...common }),
    tickets,
    now: clock.now,
  })
  const book = createLogBook()
  const app = buildApp(book.log, (routes) => {
    routes.get('/follow', async (req, res) => void res.json(await auth.authenticateFollower(req)))
    routes.get('/search', async (req, res) => void res.json(await auth.authenticate(req)))
  })
  const http = await serve(app)
  const ask = async (path: string, headers: Record<string, string> = {}) => {
    const answer = await fetch(http.url + path, { headers })
    return { status: answer.status, body: (await answer.json()) as unknown }
  }
  const dispose = () => http[Symbol.asyncDispose]()
  return { ask, book, clock, kept, paks, tickets, [Symbol.asyncDispose]: dispose }
}

test('a ticket lets its holder in once', async () => {
  await using api = await startApi()
  const { ticket, expiresInS } = await api.tickets.issue(admin)
  expect(expiresInS).toBe(30)
  expect(await api.ask(`/follow?level=ERROR&ticket=${ticket}`)).toEqual({ status: 200, body: admin })
  expect((await api.ask(`/follow?ticket=${ticket}`)).status).toBe(401)
})

test('a ticket opens nothing but what is followed', async () => {
  await using api = await startApi()
  const { ticket } = await api.tickets.issue(admin)
  expect((await api.ask(`/search?ticket=${ticket}`)).status).toBe(401)
  expect((await api.ask('/follow', { authorization: `Bearer ${ticket}` })).status).toBe(401)
  expect((await api.ask('/follow')).status).toBe(401)
})

test('a ticket is worth nothing when its key was revoked meanwhile, or the token that it was got with is over', async () => {
  await using api = await startApi()
  const byToken = await api.tickets.issue({ ...admin, expiresAtMs: api.clock.now() + 1_000 })
  const byIssuer = await api.tickets.issue({ ...admin, pakId: null, expiresAtMs: api.clock.now() + 1_000 })
  api.clock.pass(1_000)
  for (const { ticket } of [byToken, byIssuer])
    expect((await api.ask(`/follow?ticket=${ticket}`)).status).toBe(401)
  const { ticket } = await api.tickets.issue(admin)
  api.paks.set('pak-1', createRecord({ revoked: true }))
  expect((await api.ask(`/follow?ticket=${ticket}`)).status).toBe(401)
})

test('a session that has ended takes its tickets with it', async () => {
  await using api = await startApi()
  const { ticket } = await api.tickets.issue({ ...admin, session: 'of nobody' })
  expect((await api.ask(`/follow?ticket=${ticket}`)).status).toBe(401)
})

test.each<Principal>([
  { kind: 'reader', pakId: null, agents: ['a'], namespaces: null, ...caller, expiresAtMs: 1_800_000_000_000 },
  { kind: 'agent', pakId: 'pak-1', agentId: 'agent-1', limits: { max_logs: 3 }, ...caller },
])('what a $kind may do comes through a ticket as it was', async (principal) => {
  await using api = await startApi()
  const { ticket } = await api.tickets.issue(principal)
  expect(await api.tickets.redeem(ticket)).toEqual(principal)
})

test('who can write where tickets are kept can make none, and who can read there can use none', async () => {
  await using api = await startApi()
  const { ticket } = await api.tickets.issue(admin)
  const [[id, text] = ['', '']] = [...api.kept]
  expect(text + id).not.toContain('pak-1')
  expect(id).not.toContain(ticket.slice(4))
  api.kept.set(id, JSON.stringify(admin))
  expect((await api.ask(`/follow?ticket=${ticket}`)).status).toBe(401)
})

test('without Redis a ticket is a 503 that says so', async () => {
  await using api = await startApi({ away: true })
  await expect(api.tickets.issue(admin)).rejects.toMatchObject({ status: 503 })
  expect((await api.ask(`/follow?ticket=lbt_${'a'.repeat(43)}`)).status).toBe(503)
  const none = createTickets({ place: null, secret })
  await expect(none.issue(admin)).rejects.toMatchObject({ message: expect.stringContaining('REDIS_URL') })
})

test('no log holds a ticket, though it stands in the address', async () => {
  await using api = await startApi()
  const { ticket } = await api.tickets.issue(admin)
  await api.ask(`/follow?ticket=${ticket}`)
  await api.ask(`/nowhere?ticket=${ticket}`)
  api.book.log.warn('an address came back', { url: `/follow?ticket=${ticket}` })
  expect(api.book.text()).toContain('request answered')
  expect(api.book.text()).not.toContain(ticket.slice(4))
})
