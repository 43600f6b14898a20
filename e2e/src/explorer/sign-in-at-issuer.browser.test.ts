import { startSystem } from '@logboom/system'
import type { System } from '@logboom/system'
import { freePort, openTestIssuer } from '@logboom/testing'
import type { TestIssuer } from '@logboom/testing'
import { afterAll, beforeAll, expect } from 'vitest'
import { test } from './explorer-fixture.ts'
import { untilAnswering } from './until-answering.ts'

let issuer: TestIssuer
let system: System
/** To a browser, `localhost` and the issuer's 127.0.0.1 are two sites. */
let url: string

beforeAll(async () => {
  issuer = await openTestIssuer()
  // Only what its own page leads to is a request from another site.
  issuer.asksFirst = true
  const port = String(await freePort())
  url = `http://localhost:${port}`
  const signsIn = {
    PEER_URL: url,
    PUBLIC_URL: url,
    OIDC_ISSUER: issuer.url,
    OIDC_JWKS_URL: `${issuer.url}/keys`,
    OIDC_CLIENT_ID: issuer.client.id,
    OIDC_CLIENT_SECRET: issuer.client.secret,
    OIDC_NAME: 'Example',
  }
  const accepts = { OIDC_ISSUER: issuer.url, OIDC_JWKS_URL: `${issuer.url}/keys` }
  const changes = async () => ({ 'ingest-api': signsIn, 'query-api': { ...accepts, PORT: port } })
  system = await startSystem({ changes })
  await untilAnswering([url, system.ingestUrl], system.admin)
})
afterAll(async () => {
  await system.close()
  await issuer.close()
})

test('a user of the issuer comes to the page that was asked for, with the session’s Strict cookie from the first request on', async ({
  browser,
}) => {
  issuer.claims = { name: 'Ann Example', roles: ['logboom-reader'] }
  const context = await browser.newContext({ baseURL: url })
  const page = await context.newPage()
  const cookies: (string | undefined)[] = []
  page.on('request', async (request) => {
    if (request.isNavigationRequest() && new URL(request.url()).pathname === '/search')
      cookies.push((await request.allHeaders())['cookie'])
  })
  await page.goto('/search?since=1h')
  await page.getByRole('link', { name: 'Sign in with Example' }).click()
  await page.getByRole('link', { name: 'Agree' }).click()
  await page.waitForURL('/search?since=1h')
  await page.getByRole('combobox', { name: 'Search messages' }).waitFor()
  await expect.poll(() => cookies.at(-1)).toContain('logboom_session=lbs_')
  const [session] = (await context.cookies()).filter(({ name }) => name === 'logboom_session')
  expect(session).toMatchObject({ sameSite: 'Strict', httpOnly: true })
  await context.close()
})

test('a user without a role is told so on the sign-in page', async ({ browser }) => {
  issuer.claims = { roles: [] }
  const context = await browser.newContext({ baseURL: url })
  const page = await context.newPage()
  await page.goto('/signin')
  await page.getByRole('link', { name: 'Sign in with Example' }).click()
  await page.getByRole('link', { name: 'Agree' }).click()
  await page.getByRole('alert').waitFor()
  expect(new URL(page.url()).search).toBe('?error=forbidden')
  await context.close()
})
