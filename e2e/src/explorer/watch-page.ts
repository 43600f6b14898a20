import type { ConsoleMessage, Page } from 'playwright-core'

/** What must not happen on any page, whatever lines it shows; told in words. */
export interface Watch {
  troubles: readonly string[]
  /** From here on the API may fail: a test has broken it. */
  expectFailures(): void
}

/** Listens for errors, for what the policy forbids, for dialogs, and for requests to anywhere but `origin`. */
export function watchPage(page: Page, origin: string): Watch {
  const troubles: string[] = []
  let mayFail = false
  const tell = (what: string) => void troubles.push(what.slice(0, 500))
  page.on('pageerror', (error) => tell(`error: ${error.stack ?? error.message}`))
  page.on('console', (message) => {
    if (isTrouble(message)) tell(`console: ${message.text()} (${message.location().url})`)
  })
  page.on('dialog', (dialog) => {
    tell(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('popup', (popup) => tell(`a window opened: ${popup.url()}`))
  page.on('request', (request) => {
    const url = new URL(request.url())
    if (url.origin !== origin && !['data:', 'blob:'].includes(url.protocol)) tell(`asked ${request.url()}`)
  })
  page.on('response', (response) => {
    // On a machine that is busy with all tests a search may be put off; the page then asks again.
    const isPutOff = response.status() === 503 && response.headers()['retry-after'] !== undefined
    if (response.status() >= 500 && !isPutOff && !mayFail) tell(`${response.status()} of ${response.url()}`)
  })
  return { troubles, expectFailures: () => (mayFail = true) }
}

/** That a request was refused is for the page to tell, and looked at where answers are; the browser tells it as well. */
function isTrouble(message: ConsoleMessage): boolean {
  if (message.type() !== 'error' && message.type() !== 'warning') return false
  return !/^Failed to load resource: (the server responded|net::ERR_)/.test(message.text())
}
