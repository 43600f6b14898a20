import type { Browser } from '@logboom/servers'

/** The system that all tests of the explorer look at, and with what. */
export interface ExplorerSystem {
  /** Of query-api, which serves the explorer. */
  url: string
  ingestUrl: string
  admin: string
  browser: Browser
}

declare module 'vitest' {
  interface ProvidedContext {
    explorer: ExplorerSystem
  }
}
