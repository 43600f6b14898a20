import { callApi } from '@logboom/system'
import { until } from '@logboom/testing'
import type { Page } from 'playwright-core'
import { expect, inject } from 'vitest'
import { test } from './explorer-fixture.ts'
import { pushLines } from './push-lines.ts'
import { registerAgent } from './register-agent.ts'

const system = inject('explorer')

const issuedKey = (page: Page) => page.getByTestId('issued-key').innerText()

function pushStatus(id: string, key: string): Promise<number> {
  const logs = [{ timestamp: new Date().toISOString(), namespace: 'a', pod_name: 'b', message: 'c' }]
  const call = { as: key, body: { logs } }
  return callApi('POST', `${system.ingestUrl}/api/v1/agents/${id}/logs`, call).then(({ status }) => status)
}

test('an agent is made, gets a key, sends with it, and is refused when the key is revoked', async ({
  open,
}) => {
  const { page } = await open({ as: system.admin })
  await page.goto('/agents')
  await page.getByRole('button', { name: 'New agent' }).click()
  await page.getByRole('textbox', { name: /^Name/ }).fill('edge-3')
  await page.getByRole('textbox', { name: /^Cluster/ }).fill('oslo')
  await page.getByRole('button', { name: 'Make it' }).click()
  const key = await issuedKey(page)
  await page.getByRole('button', { name: 'Done' }).click()
  await page.getByRole('link', { name: 'edge-3' }).click()
  await page.waitForURL(/\/agents\/[0-9a-f-]{36}$/)
  const id = new URL(page.url()).pathname.split('/').at(-1) ?? ''
  expect(await pushStatus(id, key)).toBe(201)
  await page.getByRole('button', { name: 'Revoke' }).click()
  await page.getByRole('button', { name: 'Revoke it' }).click()
  await page.getByText('is revoked: within 30 s nobody gets in with it').waitFor()
  await until(async () => (await pushStatus(id, key)) === 401, {
    what: 'the key to be refused',
    timeoutMs: 35_000,
  })
})

test('a key is rotated: both work, and the old one has an end', async ({ open }) => {
  const agent = await registerAgent(system, 'rotated')
  const { page } = await open({ as: system.admin })
  await page.goto(`/agents/${agent.id}`)
  await page.getByRole('button', { name: 'Rotate' }).click()
  await page.getByLabel('The old key ends in').selectOption('an hour')
  await page.getByRole('button', { name: 'Issue the new key' }).click()
  const next = await issuedKey(page)
  await page.getByRole('button', { name: 'Done' }).click()
  await page.getByText('the old key works for an hour more').waitFor()
  await page.getByText(/^in (59 min|1 h)/).waitFor()
  expect([await pushStatus(agent.id, agent.pak), await pushStatus(agent.id, next)]).toEqual([201, 201])
})

test('limits are changed, shown as the agent’s own, and given back', async ({ open }) => {
  const agent = await registerAgent(system, 'limited')
  const { page } = await open({ as: system.admin })
  await page.goto('/admin/limits')
  await page.getByRole('button', { name: 'Change limits of limited' }).click()
  await page.getByLabel('Entries in a request').fill('0')
  await page.getByRole('button', { name: 'Save' }).click()
  expect(await page.getByRole('dialog').count()).toBe(1) // the browser refuses what is below the least
  await page.getByLabel('Entries in a request').fill('7')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('The limits of limited are saved').waitFor()
  const limits = await callApi('GET', `${system.ingestUrl}/api/v1/agents/${agent.id}/limits`, {
    as: system.admin,
  })
  expect(limits.body['max_entries_per_request']).toBe(7)
})

test('a shorter retention shows what it would delete before it is saved', async ({ open }) => {
  const agent = await registerAgent(system, 'short-lived')
  await pushLines(system.ingestUrl, agent, [{ message: 'soon gone' }])
  const { page } = await open({ as: system.admin })
  await page.goto('/admin/retention')
  await page.getByRole('button', { name: 'New class' }).click()
  await page.getByRole('textbox', { name: /^Name/ }).fill('audit')
  await page.getByLabel('Kept for').fill('3 d')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Lines of the class audit are kept for 3 d').waitFor()
  await page.getByRole('button', { name: 'Change default' }).click()
  await page.getByLabel('Kept for').fill('10 s')
  await page.getByRole('button', { name: 'Show what would be deleted' }).click()
  await page.getByText(/entries would be gone|Nothing would be deleted/).waitFor()
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('button', { name: 'Assign' }).click()
  await page.getByRole('textbox', { name: /^Namespace/ }).fill('billing')
  await page
    .getByRole('dialog')
    .getByRole('combobox', { name: /^Class/ })
    .selectOption({ label: 'audit: 3 d' })
  await page.getByRole('dialog').getByRole('button', { name: 'Assign' }).click()
  await page.getByText('The class audit is assigned').waitFor()
})

test('an agent is deleted only by typing its name, and its lines are gone at once', async ({ open }) => {
  const agent = await registerAgent(system, 'condemned')
  await pushLines(system.ingestUrl, agent, [{ message: 'last words' }])
  const { page } = await open({ as: system.admin })
  await page.goto(`/agents/${agent.id}`)
  await page.getByRole('button', { name: 'Delete' }).click()
  const sure = page.getByRole('button', { name: 'Delete it and its lines' })
  expect(await sure.isDisabled()).toBe(true)
  await page.getByLabel(/^Type “condemned”/).fill('condemned')
  await sure.click()
  await page.waitForURL(/\/agents$/)
  const found = await callApi('GET', `${system.url}/api/v1/logs?q=last+words`, { as: system.admin })
  expect(found.body['logs']).toEqual([])
})
