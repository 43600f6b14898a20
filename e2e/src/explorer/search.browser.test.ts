import type { AgentAccount } from '@logboom/system'
import type { Page } from 'playwright-core'
import { beforeAll, expect, inject } from 'vitest'
import { test } from './explorer-fixture.ts'
import { inventLines } from './invent-lines.ts'
import { pushLines } from './push-lines.ts'
import { registerAgent } from './register-agent.ts'

const system = inject('explorer')
const nowMs = Date.now()
let agent: AgentAccount

beforeAll(async () => {
  agent = await registerAgent(system, 'searched')
  const lines = inventLines({ count: 3_000, fromMs: nowMs - 3_000_000, untilMs: nowMs - 60_000 })
  const marked = {
    message: 'the needle of this test',
    pod_name: 'needle-0',
    namespace: 'search-test',
    level: 'WARN',
  }
  const around = Array.from({ length: 40 }, (_, index) => ({
    ...marked,
    level: 'INFO',
    message: `around ${index}`,
    timestamp: new Date(nowMs - 1_200_000 + index).toISOString(),
  }))
  await pushLines(system.ingestUrl, agent, [
    ...lines,
    ...around,
    {
      ...marked,
      timestamp: new Date(nowMs - 1_200_000 + 20).toISOString(),
      attributes: { trace_id: 'abc123', nested: { deep: true } },
    },
  ])
})

async function openSearch(page: Page, query: string): Promise<void> {
  await page.goto(`/search?agent_id=${agent.id}&since=1h&${query}`)
  await page.getByRole('treegrid', { name: 'Lines' }).getByRole('row').first().waitFor()
}

const found = (page: Page) => page.locator('.found').innerText()

test('a text that is typed is found, with filters that become chips and an address that says it all', async ({
  open,
}) => {
  const { page } = await open({ as: system.admin })
  await openSearch(page, '')
  await page
    .getByRole('combobox', { name: 'Search messages' })
    .fill('needle namespace:search-test level:warn')
  await page.keyboard.press('Enter')
  await page.getByText('1 line', { exact: true }).waitFor()
  const address = new URL(page.url()).searchParams
  expect([address.get('q'), address.get('namespace'), address.get('level')]).toEqual([
    'needle',
    'search-test',
    'WARN',
  ])
  await page.getByRole('button', { name: /Remove filter namespace/ }).click()
  await page.waitForURL((url) => !url.searchParams.has('namespace'))
  await page.goBack()
  await page.getByRole('button', { name: /Remove filter namespace/ }).waitFor()
})

test('a drag over the histogram shows that time alone', async ({ open }) => {
  const { page } = await open({ as: system.admin })
  await openSearch(page, '')
  const before = await found(page)
  const plot = await page.locator('.histogram-plot').boundingBox()
  if (!plot) throw new Error('there is no histogram')
  await page.mouse.move(plot.x + plot.width * 0.4, plot.y + 20)
  await page.mouse.down()
  await page.mouse.move(plot.x + plot.width * 0.5, plot.y + 20, { steps: 4 })
  await page.mouse.up()
  await page.waitForURL((url) => url.searchParams.has('until'))
  const { searchParams } = new URL(page.url())
  const ranMs = Date.parse(searchParams.get('until') ?? '') - Date.parse(searchParams.get('since') ?? '')
  expect(ranMs).toBeGreaterThan(200_000)
  expect(ranMs).toBeLessThan(600_000)
  await expect.poll(() => found(page)).not.toBe(before)
})

test('a line opens to all that is known of it, and to the lines around it', async ({ open }) => {
  const { page } = await open({ as: system.admin })
  await openSearch(page, 'q=needle')
  await page.getByText('the needle of this test').first().click()
  const row = page.getByRole('row', { expanded: true })
  await row.getByText('abc123').waitFor()
  await row.getByRole('button', { name: 'Context' }).click()
  const around = page.getByRole('list', { name: 'Lines around the line' })
  await around.getByText('around 19').waitFor()
  expect(await around.getByText(/around \d+|needle/).allInnerTexts()).toEqual([
    ...Array.from({ length: 21 }, (_, index) => `around ${index}`),
    'the needle of this test',
    ...Array.from({ length: 19 }, (_, index) => `around ${index + 21}`),
  ])
  await page.keyboard.press('Escape')
  await row.getByRole('button', { name: 'Only this trace' }).click()
  await page.waitForURL((url) => [...url.searchParams.values()].includes('abc123'))
  await page.getByText('1 line', { exact: true }).waitFor()
})

test('a link that is shared finds the same lines for somebody else', async ({ open }) => {
  const { page } = await open({ as: system.admin, permissions: ['clipboard-read', 'clipboard-write'] })
  await openSearch(page, 'level=ERROR')
  await page.getByRole('button', { name: 'Share' }).click()
  await page.getByText('Link copied').waitFor()
  const link = await page.evaluate(() => navigator.clipboard.readText())
  const { searchParams } = new URL(link)
  for (const name of ['since', 'until']) expect(searchParams.get(name)).toMatch(/^\d{4}-\d\d-\d\dT/)
  const total = await found(page)
  const { page: other } = await open({ as: system.admin })
  await other.goto(link)
  await expect.poll(() => found(other)).toBe(total)
})

test('all of it can be done by keyboard', async ({ open }) => {
  const { page } = await open({ as: system.admin })
  await openSearch(page, '')
  const active = page.getByRole('row', { selected: true })
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  const third = await active.innerText()
  await page.keyboard.press('k')
  expect(await active.innerText()).not.toBe(third)
  await page.keyboard.press('j')
  expect(await active.innerText()).toBe(third)
  await page.keyboard.press('Enter')
  await page.getByRole('row', { expanded: true }).waitFor()
  await page.keyboard.press('?')
  await page.getByRole('dialog', { name: 'Keyboard' }).waitFor()
  await page.keyboard.press('Escape')
  await page.keyboard.press('/')
  await page.keyboard.type('needle')
  await page.keyboard.press('Enter')
  await page.getByText('1 line', { exact: true }).waitFor()
})

test('nothing found says why, and what to try', async ({ open }) => {
  const { page } = await open({ as: system.admin })
  await page.goto(`/search?agent_id=${agent.id}&q=nobody-wrote-this`)
  await page.getByText('Not here, or not here yet').waitFor()
  await page.getByRole('button', { name: 'Search without filters' }).click()
  await page.waitForURL((url) => !url.searchParams.has('q'))
})

test('an expression that cannot be read is told under the box', async ({ open }) => {
  const { page } = await open({ as: system.admin })
  await openSearch(page, '')
  await page.getByRole('combobox', { name: 'Search messages' }).fill('/(/')
  await page.keyboard.press('Enter')
  await page.getByRole('alert').waitFor()
  expect(await page.getByRole('combobox', { name: 'Search messages' }).getAttribute('aria-invalid')).toBe(
    'true',
  )
})
