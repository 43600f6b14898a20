import { apiRoutes } from '@logboom/contracts'
import { findPak, insertSession } from '@logboom/db'
import { csrfTokenOf, hashSessionToken, makeSessionToken, parsePak } from '@logboom/service'
import { openTestDatabase } from '@logboom/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openQueryApi } from './query-fixture.ts'
import type { TestQueryApi } from './query-fixture.ts'

let api: TestQueryApi
beforeAll(async () => {
  api = await openQueryApi()
})
afterAll(() => api.close())

/** A session of the admin, as ingest-api stores it. */
async function signIn({ db, admin }: TestQueryApi): Promise<string> {
  const token = makeSessionToken()
  const tokenHash = hashSessionToken(token) ?? ''
  const pak = await findPak(db, { short: parsePak(admin)?.short ?? '' })
  const times = { idleSeconds: 3600, longestSeconds: 7200, sessionsMax: 10 }
  await insertSession(db, { tokenHash, owner: { pakId: pak?.pakId ?? '' }, ...times })
  return token
}

interface Init {
  method?: string
  headers?: Record<string, string>
}

function ask({ url }: TestQueryApi, token: string, path = '/api/v1/whoami', init: Init = {}) {
  const headers = { Cookie: `logboom_session=${token}`, ...init.headers }
  return fetch(url + path, { ...init, headers })
}

const guarded = apiRoutes
  .filter(({ owner, path }) => owner === 'query-api' && path.startsWith('/api/'))
  .map(({ method, path }) => [method, path.replace(/:\w+/g, '0b0b0b0b-0000-4000-8000-000000000000')] as const)

/** The status alone: what is followed has no end. */
async function statusOf(asked: Promise<Response>): Promise<number> {
  const { status, body } = await asked
  await body?.cancel()
  return status
}

test.each(guarded)('%s %s takes the cookie of a session as it takes a bearer', async (method, path) => {
  const token = await signIn(api)
  const headers = { 'X-CSRF-Token': csrfTokenOf(token) }
  const bearer = { Authorization: `Bearer ${api.admin}` }
  const byBearer = await statusOf(fetch(api.url + path, { method, headers: bearer }))
  expect(await statusOf(ask(api, token, path, { method, headers }))).toBe(byBearer)
  expect(await statusOf(ask(api, makeSessionToken(), path, { method, headers }))).toBe(401)
})

test('what changes or computes something by POST needs the CSRF token', async () => {
  const token = await signIn(api)
  const answer = await ask(api, token, '/api/v1/retention/preview', { method: 'POST' })
  expect([answer.status, await answer.json()]).toMatchObject([403, { code: 'csrf_token_missing' }])
})

test('a session is known where it was written, though the replica that is read has not heard of it', async () => {
  const replica = await openTestDatabase()
  const lagging = await openQueryApi({ READ_DATABASE_URL: replica.url })
  try {
    const token = await signIn(lagging)
    expect((await ask(lagging, token)).status).toBe(200)
  } finally {
    await lagging.close()
    await replica.close()
  }
})

test('without the database where it was written the replica’s word is good, and its silence is a 503 and no 401', async () => {
  const token = await signIn(api)
  const cut = await openQueryApi({ READ_DATABASE_URL: api.databaseUrl }, (url) => (url.port = '1'))
  try {
    expect((await ask(cut, token)).status).toBe(200)
    expect((await ask(cut, makeSessionToken())).status).toBe(503)
  } finally {
    await cut.close()
  }
})
