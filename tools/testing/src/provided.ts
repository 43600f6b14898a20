/** What the set-up of a run hands to its test files. */
export type TestServers = {
  /** An administrator's connection; every test database is made through it. */
  postgresUrl: string
  /** A migrated database that nobody connects to. */
  template: string
  /** Where test files put the data of servers of their own; removed after the run. */
  dir: string
  /** A Redis given from outside; files then share it, one database number each. */
  redisUrl: string | null
}

declare module 'vitest' {
  interface ProvidedContext {
    servers: TestServers
  }
}
