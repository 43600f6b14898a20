import type { PoolClient } from 'pg'
import type { Database } from './open-database.ts'
import { transaction } from './transaction.ts'

/** Which transactions a moment sees: all below `xmin`, and those below `xmax` that are not in `running`. */
export interface Snapshot {
  xmin: number
  xmax: number
  running: number[]
}

/**
 * Reads in one snapshot of the database, and tells which: what is not visible in it is what is committed afterwards.
 * `work` is given one connection in the place of a pool, and must do nothing with it but query.
 */
export async function readInSnapshot<T>(
  db: Database,
  work: (db: Database, snapshot: Snapshot) => Promise<T>,
): Promise<T> {
  return transaction(
    db.pool,
    async (client) => {
      const { rows } = await client.query<{ snapshot: string }>(
        'select pg_current_snapshot()::text as snapshot',
      )
      return work({ ...db, pool: poolOf(client), names: null }, parseSnapshot(rows[0]?.snapshot ?? ''))
    },
    'begin isolation level repeatable read, read only',
  )
}

/** Whoever asks two things at once waits for the first: a connection takes one at a time. */
function poolOf(client: PoolClient): Database['pool'] {
  let last: Promise<unknown> = Promise.resolve()
  const query = (...statement: Parameters<PoolClient['query']>): Promise<unknown> => {
    const answer = last.then(() => client.query(...statement))
    last = Promise.resolve(answer).catch(() => undefined)
    return answer
  }
  return { query } as unknown as Database['pool'] // of a pool, reading takes `query` alone
}

/** From PostgreSQL's text, `xmin:xmax:running,…`. */
export function parseSnapshot(text: string): Snapshot {
  const [xmin, xmax, running = ''] = text.split(':')
  return { xmin: Number(xmin), xmax: Number(xmax), running: running.split(',').filter(Boolean).map(Number) }
}
