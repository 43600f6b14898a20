import { Session } from '@logboom/contracts'
import { openTestIssuer, until } from '@logboom/testing'
import type { TestIssuer } from '@logboom/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import { openIngest } from './push-fixture.ts'
import type { TestIngest } from './push-fixture.ts'

let issuer: TestIssuer
let api: TestIngest
let provider: string
beforeAll(async () => {
  issuer = await openTestIssuer()
  provider = new URL(issuer.url).host
  api = await openIngest({
    env: {
      PUBLIC_URL: 'https://logs.example',
      OIDC_ISSUER: issuer.url,
      OIDC_JWKS_URL: `${issuer.url}/keys`,
      OIDC_AGENTS_CLAIM: 'agents',
      OIDC_CLIENT_ID: issuer.client.id,
      OIDC_CLIENT_SECRET: issuer.client.secret,
      OIDC_NAME: 'Example',
    },
  })
})
afterAll(async () => {
  await api.close()
  await issuer.close()
})
beforeEach(() => {
  issuer.claims = { name: 'Ann Example', roles: ['logboom-admin'] }
  issuer.isBroken = false
})

const auth = '/api/v1/auth'
const https = { 'X-Forwarded-Proto': 'https' }

function get(url: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, { redirect: 'manual', headers: { ...https, ...headers } })
}

/** What the browser keeps of an answer, as it sends it back. */
function cookiesOf(answer: Response): string {
  const kept = answer.headers.getSetCookie().filter((line) => !line.includes('Max-Age=0'))
  return kept.map((line) => line.split(';')[0]).join('; ')
}

/** From the click to the issuer's answer: the address that it sends the browser to, and the browser's cookie. */
async function goToIssuer(returnTo = '/search?since=15m') {
  const query = new URLSearchParams({ issuer: provider, return_to: returnTo })
  const begun = await get(`${api.url}${auth}/oidc/login?${query.toString()}`)
  const asked = new URL(begun.headers.get('location') ?? '')
  const answer = await get(asked.href)
  const back = new URL(answer.headers.get('location') ?? '')
  return { begun, asked, back, cookie: cookiesOf(begun) }
}

/** The browser comes back; `https://logs.example` is a proxy before us. */
function comeBack(back: URL, cookie: string, headers: Record<string, string> = {}): Promise<Response> {
  return get(api.url + back.pathname + back.search, { Cookie: cookie, ...headers })
}

async function problemOf(answer: Response) {
  const body = (await answer.json()) as Record<string, unknown>
  return { status: answer.status, code: body['code'], signsIn: cookiesOf(answer) !== '' }
}

describe('a user of the issuer', () => {
  test('is signed in, and comes to the page that was asked for, with a cookie that no other site’s link uses', async () => {
    const { begun, asked, back, cookie } = await goToIssuer('/search?q="><b>&since=15m')
    expect(begun.status).toBe(302)
    expect(begun.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^__Host-logboom_oidc=v1\..*; Max-Age=600; HttpOnly; SameSite=Lax; Secure$/),
    ])
    expect(Object.fromEntries(asked.searchParams)).toMatchObject({
      redirect_uri: 'https://logs.example/api/v1/auth/oidc/callback',
      scope: 'openid profile email',
    })
    const answer = await comeBack(back, cookie)
    // a page, and not a redirect: after that, browsers would leave out the Strict cookie
    expect([answer.status, answer.headers.get('location')]).toEqual([200, null])
    expect(await answer.text()).toContain('content="0;url=/search?q=%22%3E%3Cb%3E&#38;since=15m"')
    expect(answer.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^__Host-logboom_oidc=; .*Max-Age=0/),
      expect.stringMatching(
        /^__Host-logboom_session=lbs_.*; Max-Age=86400; HttpOnly; SameSite=Strict; Secure$/,
      ),
    ])
    const session = await get(`${api.url}${auth}/session`, { Cookie: cookiesOf(answer) })
    expect(Session.parse(await session.json())).toMatchObject({
      kind: 'admin',
      agents: null,
      label: 'Ann Example',
    })
  })

  test('has the role and the agents that the issuer tells', async () => {
    issuer.claims = { email: 'bob@example.org', roles: 'logboom-reader', agents: [api.agent.id, 'team-a'] }
    const { back, cookie } = await goToIssuer()
    const answer = await comeBack(back, cookie)
    const session = await get(`${api.url}${auth}/session`, { Cookie: cookiesOf(answer) })
    expect(await session.json()).toMatchObject({
      kind: 'reader',
      agents: [api.agent.id],
      label: 'bob@example.org',
    })
  })

  test('without a role here is told so, and not signed in', async () => {
    issuer.claims = { roles: ['somebody-else'] }
    const { back, cookie } = await goToIssuer()
    expect(await problemOf(await comeBack(back, cookie))).toEqual({
      status: 403,
      code: 'forbidden',
      signsIn: false,
    })
  })

  test('who fails comes back to the sign-in page, which is told why', async () => {
    issuer.claims = { roles: [] }
    const { back, cookie } = await goToIssuer()
    const answer = await comeBack(back, cookie, { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/signin?error=forbidden'])
    expect(cookiesOf(answer)).toBe('')
  })
})

describe('nobody is signed in', () => {
  const failed = { status: 401, code: 'sign_in_failed', signsIn: false }

  test('with another state, none, or without the cookie of the sign-in', async () => {
    const { back, cookie } = await goToIssuer()
    const other = new URL(back)
    other.searchParams.set('state', (await goToIssuer()).back.searchParams.get('state') ?? '')
    const none = new URL(back)
    none.searchParams.delete('state')
    const before = issuer.exchanges
    for (const [url, sent] of [
      [other, cookie],
      [none, cookie],
      [back, ''],
      [back, `${cookie}x`],
      [back, '__Host-logboom_oidc=v1.a.b.c.d'],
    ] as const)
      expect(await problemOf(await comeBack(url, sent))).toEqual(failed)
    expect(issuer.exchanges).toBe(before)
  })

  test('by the cookie of another browser’s sign-in, whose code PKCE binds to it', async () => {
    const [mine, theirs] = [await goToIssuer(), await goToIssuer()]
    const mixed = new URL(mine.back)
    mixed.searchParams.set('code', theirs.back.searchParams.get('code') ?? '')
    expect(await problemOf(await comeBack(mixed, mine.cookie))).toEqual(failed)
  })

  test('twice by one code', async () => {
    const { back, cookie } = await goToIssuer()
    expect((await comeBack(back, cookie)).status).toBe(200)
    expect(await problemOf(await comeBack(back, cookie))).toEqual(failed)
  })

  test.each([
    ['another nonce', { nonce: 'other' }],
    ['no nonce', { nonce: null }],
    ['another audience', { aud: 'other' }],
    ['another party that asked', { aud: ['logboom', 'other'], azp: 'other' }],
    ['another issuer', { iss: 'https://evil.example' }],
    ['no user', { sub: null }],
  ])('by a token with %s', async (_what, claims) => {
    issuer.claims = { roles: ['logboom-admin'], ...claims }
    const { back, cookie } = await goToIssuer()
    expect(await problemOf(await comeBack(back, cookie))).toMatchObject({ status: 401, signsIn: false })
  })

  test('by a token that has expired', async () => {
    issuer.claims = { roles: ['logboom-admin'], exp: Math.floor(Date.now() / 1000) - 60 }
    const { back, cookie } = await goToIssuer()
    expect(await problemOf(await comeBack(back, cookie))).toEqual({ ...failed, code: 'token_expired' })
  })

  test('when the issuer refuses, or another one answers', async () => {
    const { back, cookie } = await goToIssuer()
    const denied = new URL(back)
    denied.search = new URLSearchParams({
      state: back.searchParams.get('state') ?? '',
      iss: issuer.url,
      error: 'access_denied',
      error_description: 'Call 555-0100 to get in',
    }).toString()
    const answer = await comeBack(denied, cookie)
    const said = await answer.clone().text()
    expect(await problemOf(answer)).toEqual(failed)
    expect([said.includes('access_denied'), said.includes('555')]).toEqual([true, false])
    for (const by of ['https://evil.example', null]) {
      const elsewhere = new URL(back)
      if (by === null) elsewhere.searchParams.delete('iss')
      else elsewhere.searchParams.set('iss', by)
      expect(await problemOf(await comeBack(elsewhere, cookie))).toEqual(failed)
    }
  })

  test('while the issuer is down: that is a 503, said in the log too', async () => {
    const { back, cookie } = await goToIssuer()
    issuer.isBroken = true
    expect(await problemOf(await comeBack(back, cookie))).toEqual({
      status: 503,
      code: 'unavailable',
      signsIn: false,
    })
    const isSaid = () => api.logged().includes('nobody can sign in at the OIDC issuer')
    await until(isSaid, { what: 'the log to say so' })
  })

  test('where our secret is wrong: that is a 503, and the log says what the issuer says', async () => {
    const { back, cookie } = await goToIssuer()
    const { client } = issuer
    issuer.client = { ...client, secret: 'another one' }
    expect(await problemOf(await comeBack(back, cookie))).toMatchObject({ status: 503 })
    issuer.client = client
    await until(() => api.logged().includes('invalid_client'), { what: 'the log to say so' })
  })
})

test.each([
  'https://evil.example/',
  '//evil.example',
  '/\\evil.example',
  '/api/v1/auth/oidc/login',
  'search',
])('a link cannot lead on to %s', async (returnTo) => {
  const query = new URLSearchParams({ issuer: provider, return_to: returnTo })
  const answer = await get(`${api.url}${auth}/oidc/login?${query.toString()}`)
  expect(await problemOf(answer)).toMatchObject({ status: 400, code: 'invalid_parameter' })
})

test('the sign-in page is told what there is; another issuer there is not', async () => {
  expect(await (await get(`${api.url}${auth}/providers`)).json()).toEqual({
    pak: true,
    oidc: [{ id: provider, name: 'Example' }],
  })
  const other = await get(`${api.url}${auth}/oidc/login?issuer=evil.example`)
  expect(await problemOf(other)).toMatchObject({ status: 404, code: 'not_found' })
  expect(await problemOf(await get(`${api.url}${auth}/oidc/login`))).toMatchObject({
    code: 'invalid_parameter',
  })
})

test('no code, state, verifier or secret is in the log', async () => {
  const { back, cookie } = await goToIssuer()
  await comeBack(back, cookie)
  const secrets = [back.searchParams.get('code'), back.searchParams.get('state'), cookie.split('=')[1]]
  for (const secret of [...secrets, issuer.client.secret]) expect(api.logged()).not.toContain(String(secret))
})
