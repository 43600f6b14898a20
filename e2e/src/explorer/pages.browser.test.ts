import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { gzipSync } from 'node:zlib'
import { callOk } from '@logboom/system'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, inject } from 'vitest'
import { tellFigures } from '../tell-figures.ts'
import { test } from './explorer-fixture.ts'
import { inventLines } from './invent-lines.ts'
import { pushLines } from './push-lines.ts'
import { registerAgent } from './register-agent.ts'

const system = inject('explorer')
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const workOrder = randomUUID()
const deploymentObject = randomUUID()
let agentId: string

beforeAll(async () => {
  const agent = await registerAgent(system, 'shown')
  agentId = agent.id
  const as = system.admin
  const api = `${system.ingestUrl}/api/v1`
  await callOk('PUT', `${api}/work-orders/${workOrder}`, {
    as,
    body: { agent_id: agentId, work_type: 'migrate' },
  })
  await callOk('PUT', `${api}/deployment-objects/${deploymentObject}`, {
    as,
    body: { agent_id: agentId, name: 'cart' },
  })
  const nowMs = Date.now()
  const links = { work_order_id: workOrder, deployment_object_id: deploymentObject }
  const lines = inventLines({ count: 500, fromMs: nowMs - 600_000, untilMs: nowMs - 1_000 })
  const gap = { namespace: 'shop', pod_name: 'cart-0', reason: 'rotated', lines: 3 }
  const times = { from: new Date(nowMs - 300_000).toISOString(), to: new Date(nowMs - 290_000).toISOString() }
  await pushLines(
    system.ingestUrl,
    agent,
    lines.map((line) => ({ ...line, ...links })),
    [{ ...gap, ...times }],
  )
})

/** Each page, and what is there when it is. */
const pages = [
  ['/search?since=1h', 'treegrid'],
  ['/agents', 'table'],
  ['/agents/AGENT', 'table'],
  ['/work-orders', 'table'],
  ['/work-orders/WORK', 'listitem'],
  ['/deployment-objects', 'table'],
  ['/deployment-objects/DEPLOYED', 'listitem'],
  ['/admin/keys', 'table'],
  ['/admin/limits', 'table'],
  ['/admin/retention', 'table'],
  ['/admin/dead-letters', 'heading'],
] as const

async function visit(page: Page, path: string, role: (typeof pages)[number][1]): Promise<void> {
  const ids = { AGENT: agentId, WORK: workOrder, DEPLOYED: deploymentObject }
  await page.goto(path.replace(/AGENT|WORK|DEPLOYED/, (name) => ids[name as keyof typeof ids])) // what the pattern allows
  await page.getByRole(role).first().waitFor()
}

interface Violation {
  id: string
  impact: string
  nodes: { html: string; failureSummary: string }[]
}

/** By all of axe's rules, or in the other colours by those of colours. */
async function violations(page: Page, rules: 'all' | 'colours'): Promise<string[]> {
  await page.evaluate(axe)
  const options = { resultTypes: ['violations'], ...(rules === 'colours' && { runOnly: ['color-contrast'] }) }
  const { violations: found } = (await page.evaluate(`axe.run(document, ${JSON.stringify(options)})`)) as {
    violations: Violation[]
  } // as axe documents it
  return found.map(
    ({ id, impact, nodes }) => `${impact} ${id}: ${nodes[0]?.html.slice(0, 160)} ${nodes[0]?.failureSummary}`,
  )
}

describe.each([
  ['light', 'all'],
  ['dark', 'colours'],
] as const)('in %s colours', (colorScheme, rules) => {
  test('every page is accessible as far as axe can tell', async ({ open }) => {
    const { page } = await open({ as: system.admin, colorScheme })
    const found: string[] = []
    for (const [path, role] of pages) {
      await visit(page, path, role)
      found.push(...(await violations(page, rules)).map((one) => `${path}: ${one}`))
    }
    const { page: outside } = await open({ colorScheme })
    await outside.goto('/signin')
    await outside.getByLabel('Key').waitFor()
    found.push(...(await violations(outside, rules)).map((one) => `/signin: ${one}`))
    expect(found).toEqual([])
  })
})

test('on a telephone no page is wider than the screen', async ({ open }) => {
  const { page } = await open({ as: system.admin, viewport: { width: 390, height: 800 } })
  const wide: string[] = []
  for (const [path, role] of pages) {
    await visit(page, path, role)
    const excess = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    if (excess > 0) wide.push(`${path} by ${excess} px`)
  }
  expect(wide).toEqual([])
})

test('the first page that somebody opens comes in 250 KB of gzip at most', async ({ open }) => {
  const { page } = await open({ as: system.admin })
  const bodies: Promise<Buffer>[] = []
  page.on('response', (response) => {
    if (!response.url().includes('/api/')) bodies.push(response.body())
  })
  await visit(page, '/search?since=1h', 'treegrid')
  const sizes = (await Promise.all(bodies)).map((body) => gzipSync(body).length)
  const total = sizes.reduce((sum, size) => sum + size, 0)
  tellFigures('first load', { files: sizes.length, gzipBytes: total })
  expect(total).toBeLessThan(250_000)
})
