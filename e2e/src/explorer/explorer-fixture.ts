import { chromium } from 'playwright-core'
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { test as base, inject } from 'vitest'
import './provided.ts'
import { watchPage } from './watch-page.ts'
import type { Watch } from './watch-page.ts'

export interface OpenOptions extends BrowserContextOptions {
  /** The key that is signed in already. */
  as?: string
}

export interface Visit extends Watch {
  page: Page
}

// Nothing here may wait for the network, and containers neither have a GPU nor much of /dev/shm, nor allow a sandbox.
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
const waitMs = 20_000
const usual: BrowserContextOptions = {
  locale: 'en-GB',
  timezoneId: 'UTC',
  viewport: { width: 1280, height: 800 },
}

/**
 * Vitest's `test` with a browser, one for each file. `open` opens a page in a profile of its own, so that nobody is signed in;
 * a page's troubles fail the test.
 */
export const test = base
  .extend('system', { scope: 'file' }, () => inject('explorer'))
  .extend('browser', { scope: 'file' }, async ({ system }, { onCleanup }) => {
    const { command, env } = system.browser
    const options = { executablePath: command, env: { ...definedIn(process.env), ...env }, args: flags }
    const browser = await chromium.launch(options)
    onCleanup(() => browser.close())
    return browser
  })
  .extend('open', ({ system, browser }, { onCleanup }) => {
    const visits: Visit[] = []
    onCleanup(async () => {
      await Promise.all(visits.map(({ page }) => page.context().close()))
      const troubles = visits.flatMap((visit) => visit.troubles)
      if (troubles.length > 0) throw new Error(`the page had troubles:\n${troubles.join('\n')}`)
    })
    return async ({ as, ...options }: OpenOptions = {}): Promise<Visit> => {
      const context = await browser.newContext({ baseURL: system.url, ...usual, ...options })
      context.setDefaultTimeout(waitMs)
      if (as !== undefined) await signInByApi(context, as)
      const page = await context.newPage()
      const visit = { page, ...watchPage(page, options.baseURL ?? system.url) }
      visits.push(visit)
      return visit
    }
  })

async function signInByApi(context: BrowserContext, pak: string): Promise<void> {
  const answer = await context.request.post('/api/v1/auth/session', { data: { pak } })
  if (!answer.ok()) throw new Error(`signing in was answered ${answer.status()}: ${await answer.text()}`)
}

function definedIn(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}
