import { beforeAll, expect, inject } from 'vitest'
import { test } from './explorer-fixture.ts'
import { pushLines } from './push-lines.ts'
import { registerAgent } from './register-agent.ts'

const system = inject('explorer')
const attacks = [
  '<script>alert(1)</script><img src=x onerror="alert(2)"><svg onload=alert(3)>',
  '</div></span><iframe src="https://evil.example/"></iframe><base href="https://evil.example/">',
  'javascript:alert(4) https://evil.example/?c=" onmouseover="alert(5)',
  '\u001b]0;title\u0007\u001b[2J\u001b[31mred\u001b[0m \u001b]8;;https://evil.example\u0007link\u001b]8;;\u0007',
  '\u202egnp.exe\u202c \u2066isolate \u200f\u200e\u0000\ufffd',
  '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"a":"<img src=x onerror=alert(6)>"}',
  'x'.repeat(65_536),
  `${'a\u0301'.repeat(2_000)} combining`,
  '{{constructor.constructor("alert(7)")()}} ${alert(8)} %s%n',
  '',
]
let agentId: string

beforeAll(async () => {
  const agent = await registerAgent(system, 'hostile')
  agentId = agent.id
  const lines = attacks.map((message, index) => ({
    message,
    timestamp: new Date(Date.now() - 60_000 + index).toISOString(),
    namespace: 'hostile',
    pod_name: index === 0 ? '<img src=x onerror=alert(9)>' : 'pod-0',
    container_name: index === 0 ? '"><script>alert(10)</script>' : 'app',
    labels: { '<b>bold</b>': '<script>alert(11)</script>' },
    attributes: { '<img src=x onerror=alert(12)>': { deep: '</script><script>alert(13)</script>' } },
  }))
  await pushLines(system.ingestUrl, agent, lines)
})

test('nothing that a line says runs, loads, breaks the page, or leaves its place', async ({ open }) => {
  const { page } = await open({ as: system.admin })
  await page.goto(`/search?agent_id=${agentId}&since=1h`)
  const grid = page.getByRole('treegrid', { name: 'Lines' })
  await grid.getByRole('row').first().waitFor()
  await page.getByText(`${attacks.length} lines`, { exact: true }).waitFor()
  for (let line = 0; line < attacks.length; line++) {
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await page.getByRole('row', { expanded: true }).getByLabel('Message', { exact: true }).waitFor()
    await page.keyboard.press('c')
    await page.getByRole('dialog', { name: 'Context' }).getByRole('listitem').first().waitFor()
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
  }
  const foreign = await page.evaluate(() => ({
    elements: document.querySelectorAll('iframe, base, script:not([src]), img[src="x"], [onerror]').length,
    isPolluted: 'polluted' in {},
    isWide: document.documentElement.scrollWidth > innerWidth,
  }))
  expect(foreign).toEqual({ elements: 0, isPolluted: false, isWide: false })
})

test('they can be searched for as what they are: text', async ({ open }) => {
  const { page } = await open({ as: system.admin })
  const query = new URLSearchParams({ agent_id: agentId, since: '1h', q: '<script>alert(1)</script>' })
  await page.goto(`/search?${query.toString()}`)
  await page.getByText('1 line', { exact: true }).waitFor()
  const row = page.getByRole('treegrid', { name: 'Lines' }).getByRole('row').first()
  expect(await row.innerText()).toContain('<script>alert(1)</script>')
})

test('the pages of agents show names of pods as text too', async ({ open }) => {
  const { page } = await open({ as: system.admin })
  await page.goto(`/agents/${agentId}`)
  await page.getByText('<img src=x onerror=alert(9)>').first().waitFor()
})
