import type { AgentAccount } from '@logboom/system'
import type { Page } from 'playwright-core'
import { beforeAll, expect, inject } from 'vitest'
import { tellFigures } from '../tell-figures.ts'
import { test } from './explorer-fixture.ts'
import { inventLines } from './invent-lines.ts'
import { pushLines } from './push-lines.ts'
import { registerAgent } from './register-agent.ts'

const system = inject('explorer')
const lines = 100_000
const frames = 240
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

/**
 * Milliseconds that the page's main thread computes while `act` runs: of its own time, so that other processes on this machine
 * make no difference.
 */
async function computedWhile(page: Page, act: () => Promise<void>): Promise<number> {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' })
  const seconds = async () => {
    const { metrics } = await devtools.send('Performance.getMetrics')
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN
  }
  const before = await seconds()
  await act()
  return ((await seconds()) - before) * 1000
}

test('a hundred thousand lines are loaded and scrolled without a jerk, and few of them are in the page', async ({
  open,
}) => {
  const { page } = await open({ as: system.admin })
  await page.goto(`/search?agent_id=${agent.id}&since=1h`)
  const grid = page.getByRole('treegrid', { name: 'Lines' })
  await grid.getByRole('row').first().waitFor()
  const count = async () => Number(await grid.getAttribute('aria-rowcount'))
  while ((await count()) < lines) {
    const before = await count()
    await grid.evaluate((element) => element.scrollTo({ top: element.scrollHeight }))
    await expect.poll(count, { timeout: 20_000, interval: 20 }).toBeGreaterThan(before)
  }
  const computedMs = await computedWhile(page, () =>
    grid.evaluate(async (element, count) => {
      // A person with a wheel, and one who drags the bar.
      for (let frame = 0; frame < count; frame++) {
        element.scrollBy({ top: frame < count * 0.75 ? -120 : -element.scrollHeight / 70 })
        await new Promise(requestAnimationFrame)
      }
    }, frames),
  )
  expect(await grid.getByRole('row').count()).toBeLessThan(150)
  const frameMs = computedMs / frames
  tellFigures('scrolling', { lines, frames, frameMs: Number(frameMs.toFixed(1)) })
  expect(frameMs).toBeLessThan(16)
}, 150_000)
