import { callOk } from '@logboom/system'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { test } from './explorer-fixture.ts'

async function enterKey(page: Page, key: string): Promise<void> {
  await page.getByLabel('Key').fill(key)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

test('a wrong key is refused in words, a right one leads to where one wanted to go', async ({
  open,
  system,
}) => {
  const { page } = await open()
  await page.goto('/search?q=timeout&since=1h')
  await page.waitForURL(/\/signin\?return_to=/)
  await enterKey(page, 'hunter2')
  await page.getByText('That is no key').waitFor()
  await enterKey(page, `logboom_${'A'.repeat(8)}_${'B'.repeat(33)}`)
  await page.getByText('This key is not known here').waitFor()
  await enterKey(page, `  ${system.admin}\n`)
  await page.waitForURL('/search?q=timeout&since=1h')
  await page.getByRole('combobox', { name: 'Search messages' }).waitFor()
})

test('a link cannot lead somewhere else after signing in', async ({ open, system }) => {
  const { page } = await open()
  await page.goto('/signin?return_to=//evil.example/')
  await enterKey(page, system.admin)
  await page.waitForURL(/\/search/)
  expect(new URL(page.url()).origin).toBe(system.url)
})

test('the key is kept nowhere that a script can read, and signing out ends the session', async ({
  open,
  system,
}) => {
  const { page } = await open()
  await page.goto('/signin')
  await enterKey(page, system.admin)
  await page.waitForURL(/\/search/)
  const stored = await page.evaluate(() =>
    JSON.stringify([
      Object.entries(localStorage),
      Object.entries(sessionStorage),
      document.cookie,
      location.href,
    ]),
  )
  expect(stored).not.toContain(system.admin.slice(-20))
  expect(stored).not.toContain('logboom_session')
  await page.getByLabel(/^Signed in as/).click()
  await page.getByText('do everything (admin)').waitFor()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.waitForURL(/\/signin/)
  expect((await page.request.get('/api/v1/auth/session')).status()).toBe(401)
  await page.goto('/agents')
  await page.waitForURL(/\/signin/)
})

test('a reader sees logs and no page of admins', async ({ open, system }) => {
  const body = { kind: 'reader', label: 'on call', scope_namespaces: ['shop'] }
  const { pak } = await callOk('POST', `${system.ingestUrl}/api/v1/paks`, { as: system.admin, body })
  const { page } = await open({ as: String(pak) })
  await page.goto('/agents')
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Agents' }).waitFor()
  expect(await page.getByRole('link', { name: 'Keys' }).count()).toBe(0)
  await page.getByLabel('Signed in as on call').click()
  await page.getByText('read logs of the namespace shop (reader)').waitFor()
  for (const path of ['keys', 'limits', 'retention', 'dead-letters']) {
    await page.goto(`/admin/${path}`)
    await page.getByText('This page is for admins').waitFor()
  }
})
