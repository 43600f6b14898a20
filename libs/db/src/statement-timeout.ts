import type { PoolClient } from 'pg'
import { cancelOnAbort } from './cancel-on-abort.ts'
import type { Database } from './open-database.ts'
import { transaction } from './transaction.ts'

/** Runs `work` in a transaction whose statements may each take `timeoutMs`, however long others may. */
export function withStatementTimeout<T>(
  { pool, signal }: Pick<Database, 'pool' | 'signal'>,
  timeoutMs: number,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted()
  const begin = `begin; set local statement_timeout = ${Math.ceil(timeoutMs)}`
  return transaction(pool, signal ? (client) => cancelOnAbort(client, signal, work) : work, begin)
}
