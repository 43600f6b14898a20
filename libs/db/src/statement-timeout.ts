import type { Pool, PoolClient } from 'pg'
import { transaction } from './transaction.ts'

/** Runs `work` in a transaction whose statements may each take `timeoutMs`, however long others may. */
export function withStatementTimeout<T>(
  pool: Pool,
  timeoutMs: number,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  return transaction(pool, work, `begin; set local statement_timeout = ${Math.ceil(timeoutMs)}`)
}

/** True when PostgreSQL ended a statement because it ran for too long. */
export function isStatementTimeout(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '57014'
}
