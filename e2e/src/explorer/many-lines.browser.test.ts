import type { AgentAccount } from '@logboom/system'
import type { Page } from 'playwright-core'
import { beforeAll, expect, inject } from 'vitest'
import { tellFigures } from '../tell-figures.ts'
import { test } from './explorer-test.ts'
import { inventLines } from './invent-lines.ts'
import { pushLines } from './push-lines.ts'
import { registerAgent } from './register-agent.ts'

const system = inject('explorer')
const lines = 100_000
let agent: AgentAccount

beforeAll(async () => {
  agent = await registerAgent(system, 'busy')
  const nowMs = Date.now()
  const some = inventLines({ count: lines / 100, fromMs: nowMs - 3_000_000, untilMs: nowMs - 10_000 })
  const all = some.flatMap((line) =>
    Array.from({ length: 100 }, (_, copy) => ({ ...line, message: `${copy} ${line.message}` })),
  )
  await pushLines(system.ingestUrl, agent, all)
})

/** Milliseconds by which frames came late while `act` ran: what a person feels as a jerk. */
async function stallsWhile(page: Page, act: () => Promise<void>): Promise<number[]> {
  await page.evaluate(() => {
    const stalls: number[] = []
    Object.assign(globalThis, { stalls })
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) stalls.push(Math.round(entry.duration))
    }).observe({ entryTypes: ['longtask'] })
  })
  await act()
  return page.evaluate(() => (globalThis as unknown as { stalls: number[] }).stalls) // set above
}

test('a hundred thousand lines are loaded and scrolled without a jerk, and few of them are in the page', async ({
  open,
}) => {
  const { page } = await open({ as: system.admin })
  await page.goto(`/search?agent_id=${agent.id}&since=1h`)
  const grid = page.getByRole('grid', { name: 'Lines' })
  await grid.getByRole('row').first().waitFor()
  const count = async () => Number(await grid.getAttribute('aria-rowcount'))
  while ((await count()) < lines) {
    const before = await count()
    await grid.evaluate((element) => element.scrollTo({ top: element.scrollHeight }))
    await expect.poll(count, { timeout: 20_000, interval: 20 }).toBeGreaterThan(before)
  }
  const stalls = await stallsWhile(page, () =>
    grid.evaluate(async (element) => {
      // A person with a wheel, and one who drags the bar.
      for (let frame = 0; frame < 240; frame++) {
        element.scrollBy({ top: frame < 180 ? -120 : -element.scrollHeight / 70 })
        await new Promise(requestAnimationFrame)
      }
    }),
  )
  expect(await grid.getByRole('row').count()).toBeLessThan(150)
  const worst = Math.max(0, ...stalls)
  tellFigures('scrolling', { lines, longTasks: stalls.length, longestMs: worst })
  expect(worst).toBeLessThan(200)
}, 150_000)
