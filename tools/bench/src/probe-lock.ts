import pg from 'pg'

export interface LockProbe {
  /** The longest that a writer's lock on the table was waited for since the last call, milliseconds. */
  longestMs(): number
  stop(): Promise<void>
}

/** Takes the lock that every writer needs, again and again: what it waits is what others hold the table for. */
export async function probeLock(url: string): Promise<LockProbe> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const ended = new AbortController()
  let longest = 0
  const probing = (async () => {
    while (!ended.signal.aborted) {
      const startedMs = performance.now()
      await client.query('begin; lock table only agent_logs_c1 in row exclusive mode; commit')
      longest = Math.max(longest, performance.now() - startedMs)
    }
  })()
  return {
    longestMs() {
      const told = longest
      longest = 0
      return told
    },
    async stop() {
      ended.abort()
      await probing
      await client.end()
    },
  }
}
