// npm run screenshots: writes docs/images/*.png, of the explorer as it is built, in front of a whole Logboom with invented lines.
import { mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { buildExplorer } from '@logboom/bundle/explorer'
import { findBrowser } from '@logboom/servers'
import { startSystem } from '@logboom/system'
import { chromium } from 'playwright-core'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { fillShowroom } from './fill-showroom.ts'
import type { Showroom } from './fill-showroom.ts'
import { untilAnswering } from './until-answering.ts'

interface Shot {
  name: string
  path: string
  options: BrowserContextOptions
  /** Until what is to be seen is there. */
  prepare: (page: Page) => Promise<unknown>
}

const root = join(import.meta.dirname, '../../..')
const images = join(root, 'docs/images')
const bytesMax = 150 * 1024
const desk = { width: 1080, height: 530 }

const log = (line: string) => void process.stderr.write(`screenshots: ${line}\n`)
const { command, env } = await findBrowser(process.env['CHROMIUM_PATH'], log)
await buildExplorer(root, log)
log('starting a system')
const system = await startSystem()
try {
  await untilAnswering([system.queryUrl, system.ingestUrl], system.admin)
  const showroom = await fillShowroom({ ingestUrl: system.ingestUrl, admin: system.admin })
  const flags = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage']
  const variables = Object.entries({ ...process.env, ...env }).flatMap(([name, value]) =>
    value ? [[name, value]] : [],
  )
  const browser = await chromium.launch({
    executablePath: command,
    args: flags,
    env: Object.fromEntries(variables),
  })
  mkdirSync(images, { recursive: true })
  for (const shot of shotsOf(showroom)) await take(browser, shot)
  await browser.close()
} finally {
  await system.close()
}

function shotsOf({ agentId }: Showroom): Shot[] {
  const lines = (page: Page) => page.getByRole('treegrid').getByRole('row').nth(5).waitFor()
  const table = (page: Page) => page.getByRole('table').first().waitFor()
  const light = { viewport: desk, colorScheme: 'light' } as const
  const dark = { viewport: desk, colorScheme: 'dark' } as const
  const phone = { viewport: { width: 390, height: 760 }, colorScheme: 'dark' } as const
  return [
    { name: 'search-dark', path: '/search?since=1h', options: dark, prepare: lines },
    {
      name: 'line-light',
      path: '/search?since=1h&level=ERROR&q=timed',
      options: light,
      async prepare(page) {
        await lines(page)
        for (const key of ['j', 'j', 'Enter']) await page.keyboard.press(key)
        await page.getByRole('row', { expanded: true }).waitFor()
      },
    },
    {
      name: 'agents-light',
      path: '/agents',
      options: light,
      prepare: (page) => page.locator('.figures').waitFor(),
    },
    { name: 'agent-dark', path: `/agents/${agentId}`, options: dark, prepare: table },
    { name: 'keys-light', path: '/admin/keys', options: light, prepare: table },
    { name: 'retention-dark', path: '/admin/retention', options: dark, prepare: table },
    { name: 'search-phone-dark', path: '/search?since=1h', options: phone, prepare: lines },
  ]
}

async function take(browser: Browser, { name, path, options, prepare }: Shot): Promise<void> {
  const context = await browser.newContext({
    baseURL: system.queryUrl,
    locale: 'en-GB',
    timezoneId: 'UTC',
    ...options,
  })
  await context.request.post('/api/v1/auth/session', { data: { pak: system.admin } })
  const page = await context.newPage()
  await page.goto(path)
  await prepare(page)
  await page.waitForLoadState('networkidle')
  const file = join(images, `${name}.png`)
  await page.screenshot({ path: file, animations: 'disabled', caret: 'hide' })
  await context.close()
  const { size } = statSync(file)
  log(`${name}.png, ${Math.round(size / 1024)} KiB`)
  if (size <= bytesMax) return
  log(`${name}.png is larger than ${bytesMax} bytes`)
  process.exitCode = 1
}
