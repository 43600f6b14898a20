import type { AgentAccount } from '@logboom/system'
import type { Page } from 'playwright-core'
import { beforeAll, expect, inject } from 'vitest'
import { test } from './explorer-fixture.ts'
import { pushLines } from './push-lines.ts'
import { registerAgent } from './register-agent.ts'

const system = inject('explorer')
let agent: AgentAccount

beforeAll(async () => {
  agent = await registerAgent(system, 'followed')
})

const push = (from: number, count: number) =>
  pushLines(
    system.ingestUrl,
    agent,
    Array.from({ length: count }, (_, index) => ({ message: `live line ${from + index}` })),
  )

async function openLive(page: Page): Promise<void> {
  await page.goto(`/search?agent_id=${agent.id}&live=1`)
  await page.locator('.live-state').getByText('Live', { exact: true }).waitFor()
}

test('lines are seen as they arrive, each once and in order', async ({ open }) => {
  const { page } = await open({ as: system.admin })
  await openLive(page)
  for (let from = 0; from < 50; from += 10) await push(from, 10)
  const list = page.getByRole('treegrid', { name: 'Live lines' })
  await list.getByText('live line 49', { exact: true }).waitFor()
  const shown = (await list.getByText(/^live line \d+$/).allInnerTexts()).map((text) =>
    Number(/\d+/.exec(text)),
  )
  expect(shown.length).toBeGreaterThan(5)
  expect(shown).toEqual(shown.map((_, index) => (shown[0] ?? 0) + index))
})

test('who pauses reads on undisturbed, sees how many are new, and goes on from there', async ({ open }) => {
  const { page } = await open({ as: system.admin })
  await openLive(page)
  await push(100, 5)
  const list = page.getByRole('treegrid', { name: 'Live lines' })
  await list.getByText('live line 104', { exact: true }).waitFor()
  await page.keyboard.press('Space')
  await page.getByText('Paused').waitFor()
  await push(200, 7)
  const more = page.getByRole('button', { name: /^7 new/ })
  await more.waitFor()
  expect(await list.getByText('live line 206', { exact: true }).count()).toBe(0)
  await more.click()
  await list.getByText('live line 206', { exact: true }).waitFor()
})
