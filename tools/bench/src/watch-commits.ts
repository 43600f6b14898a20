import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'

export interface CommitWatch {
  /** When each batch was first seen committed, by its key and `performance.now()`. */
  readonly seenMs: ReadonlyMap<string, number>
  stop(): Promise<void>
}

const everyMs = 5
/** Batches that were begun earlier may commit later. */
const lookBack = 200

/** Sees batches become visible, as a reader does; to within five milliseconds. */
export async function watchCommits(url: string): Promise<CommitWatch> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const seenMs = new Map<string, number>()
  const ended = new AbortController()
  let lastNo = 0
  const look = async (): Promise<void> => {
    const { rows } = await client.query<{ batch_no: string; batch_id: string }>(
      'select batch_no, batch_id from write_log where batch_no > $1::bigint',
      [lastNo - lookBack],
    )
    const nowMs = performance.now()
    for (const { batch_no, batch_id } of rows) {
      if (!seenMs.has(batch_id)) seenMs.set(batch_id, nowMs)
      lastNo = Math.max(lastNo, Number(batch_no))
    }
  }
  const watching = (async () => {
    while (!ended.signal.aborted) {
      await look()
      await wait(everyMs)
    }
  })()
  return {
    seenMs,
    async stop() {
      ended.abort()
      await watching
      await client.end()
    },
  }
}
