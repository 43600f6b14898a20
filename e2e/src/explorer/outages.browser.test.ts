import { startSystem } from '@logboom/system'
import type { System } from '@logboom/system'
import { afterAll, beforeAll } from 'vitest'
import { test } from './explorer-fixture.ts'
import { pushLines } from './push-lines.ts'
import { registerAgent } from './register-agent.ts'
import { untilAnswering } from './until-answering.ts'

let system: System

beforeAll(async () => {
  system = await startSystem()
  await untilAnswering([system.queryUrl, system.ingestUrl], system.admin)
})
afterAll(() => system.close())

test('before there is any line, every page says what to do first', async ({ open }) => {
  const { page } = await open({ as: system.admin, baseURL: system.queryUrl })
  await page.goto('/agents')
  await page.getByText('No agent yet').waitFor()
  await page.getByRole('button', { name: 'New agent' }).first().click()
  await page.getByRole('textbox', { name: /^Name/ }).fill('first')
  await page.getByRole('textbox', { name: /^Cluster/ }).fill('laptop')
  await page.getByRole('button', { name: 'Make it' }).click()
  await page.getByText('--agent-id').first().waitFor()
  await page.getByRole('button', { name: 'Done' }).click()
  await page.getByText('never seen').waitFor()
  await page.goto('/admin/dead-letters')
  await page.getByText('whatever was accepted is stored').waitFor()
  await page.goto('/work-orders')
  await page.getByText('There are none.').waitFor()
})

test('when PostgreSQL is away, it is said, and the search comes back by itself', async ({ open }) => {
  const agent = await registerAgent({ ingestUrl: system.ingestUrl, admin: system.admin }, 'second')
  await pushLines(system.ingestUrl, agent, [{ message: 'still here' }])
  const { page, expectFailures } = await open({ as: system.admin, baseURL: system.queryUrl })
  await page.goto('/search?since=1h')
  await page.getByText('still here').waitFor()
  expectFailures()
  await system.postgres.kill('SIGKILL')
  await page.getByRole('button', { name: 'Search again' }).click()
  await page.getByText('Logboom is busy or a part of it is away').waitFor({ timeout: 40_000 })
  await system.postgres.restart()
  await page
    .getByText('Logboom is busy or a part of it is away')
    .waitFor({ state: 'detached', timeout: 40_000 })
  await page.getByText('still here').waitFor()
})

test('when the server itself is gone, the page stays and says so', async ({ open }) => {
  const { page, expectFailures } = await open({ as: system.admin, baseURL: system.queryUrl })
  await page.goto('/search?since=1h')
  await page.getByText('still here').waitFor()
  expectFailures()
  await system.query.kill()
  await page.getByRole('button', { name: 'Search again' }).click()
  await page.getByText('The server cannot be reached', { exact: true }).waitFor({ timeout: 40_000 })
  await system.query.restart()
  await page
    .getByText('The server cannot be reached', { exact: true })
    .waitFor({ state: 'detached', timeout: 40_000 })
  await page.getByText('still here').waitFor()
})
