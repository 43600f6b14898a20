import type { QueryConfig, QueryResult, QueryResultRow } from 'pg'
import { cancelOnAbort } from './cancel-on-abort.ts'
import type { Database } from './open-database.ts'

/** Runs one statement that reads on any connection; PostgreSQL ends it when `db.signal` is aborted. */
export async function runStatement<Row extends QueryResultRow>(
  { pool, signal }: Pick<Database, 'pool' | 'signal'>,
  { name, text, values }: QueryConfig,
): Promise<QueryResult<Row>> {
  const statement = { text, ...(name !== undefined && { name }), ...(values && { values }) }
  if (!signal) return pool.query<Row>(statement)
  signal.throwIfAborted()
  const client = await pool.connect()
  let failure: Error | undefined
  try {
    return await cancelOnAbort(client, signal, () => client.query<Row>(statement))
  } catch (error) {
    // as `pool.query` does: after an error of any other kind the connection is not used again
    if (error !== signal.reason) failure = error instanceof Error ? error : new Error('statement failed')
    throw error
  } finally {
    client.release(failure)
  }
}
