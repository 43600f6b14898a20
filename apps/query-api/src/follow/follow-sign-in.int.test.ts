import { once } from 'node:events'
import { findPak, insertSession } from '@logboom/db'
import { openTickets } from '@logboom/queue'
import type { TicketStore } from '@logboom/queue'
import { createTickets, hashSessionToken, makeSessionToken, parsePak, principalOf } from '@logboom/service'
import type { Tickets } from '@logboom/service'
import { openTestRedis, until } from '@logboom/testing'
import type { TestRedis } from '@logboom/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { openQueryApi } from '../query-fixture.ts'
import type { TestQueryApi } from '../query-fixture.ts'

let redis: TestRedis
let api: TestQueryApi
let place: TicketStore
let tickets: Tickets
beforeAll(async () => {
  redis = await openTestRedis()
  api = await openQueryApi({ REDIS_URL: redis.url })
  place = openTickets({ url: redis.url, log: { info() {}, warn() {}, error() {}, debug() {} } })
  tickets = createTickets({ place, secret: 'a secret of thirty-two characters' })
  await until(
    () =>
      place.take('nothing').then(
        () => true,
        () => false,
      ),
    { what: 'Redis to answer' },
  )
})
afterAll(async () => {
  place.close()
  await api.close()
  await redis.close()
})

async function adminPak() {
  const pak = await findPak(api.db, { short: parsePak(api.admin)?.short ?? '' })
  if (!pak) throw new Error('there is no admin')
  return pak
}

/** As ingest-api gives it. */
async function issueTicket(): Promise<string> {
  return (await tickets.issue(principalOf(await adminPak(), Date.now()))).ticket
}

async function signIn(): Promise<string> {
  const token = makeSessionToken()
  await insertSession(api.db, {
    tokenHash: hashSessionToken(token) ?? '',
    owner: { pakId: (await adminPak()).pakId },
    idleSeconds: 3600,
    longestSeconds: 7200,
    sessionsMax: 10,
  })
  return `logboom_session=${token}`
}

/** The status of the answer to an upgrade. */
async function openSocket(query: string, headers: Record<string, string> = {}): Promise<number> {
  const socket = new WebSocket(`${api.url.replace('http', 'ws')}/ws/logs${query}`, { headers })
  socket.on('error', () => undefined)
  const answered = Promise.race([
    once(socket, 'open').then(() => 101),
    once(socket, 'unexpected-response').then(([, response]) => Number(response.statusCode)),
  ])
  return answered.finally(() => socket.terminate())
}

async function openStream(query: string, headers: Record<string, string> = {}): Promise<number> {
  const { status, body } = await fetch(`${api.url}/api/v1/logs/stream${query}`, { headers })
  await body?.cancel()
  return status
}

test('a ticket opens one stream of events or one WebSocket', async () => {
  const ticket = await issueTicket()
  expect(await openStream(`?ticket=${ticket}`)).toBe(200)
  expect(await openStream(`?ticket=${ticket}`)).toBe(401)
  expect(await openSocket(`?ticket=${ticket}`)).toBe(401)
  const another = await issueTicket()
  expect(await openSocket(`?ticket=${another}`)).toBe(101)
  expect(await openSocket(`?ticket=${another}`)).toBe(401)
  expect(api.logged()).not.toContain(ticket.slice(4))
})

test('a ticket opens nothing else', async () => {
  const ticket = await issueTicket()
  for (const path of ['/api/v1/logs', '/api/v1/whoami', '/api/v1/logs/export'])
    expect((await api.get(`${path}?ticket=${ticket}`, null)).status).toBe(401)
  expect(await openStream(`?ticket=${ticket}`)).toBe(200)
})

test('a session opens both, and a WebSocket to a page of this origin alone', async () => {
  const Cookie = await signIn()
  const { host } = new URL(api.url)
  expect(await openStream('', { Cookie })).toBe(200)
  expect(await openSocket('', { Cookie, Origin: `http://${host}` })).toBe(101)
  expect(await openSocket('', { Cookie, Origin: 'https://evil.example' })).toBe(403)
  expect(await openSocket('', { Cookie })).toBe(403)
})
