import type { Pool, PoolClient } from 'pg'

/**
 * Runs `work` in one transaction on one connection: COMMIT when it returns, ROLLBACK when it throws. `begin` may set
 * something for it in the same round trip.
 */
export async function transaction<T>(
  pool: Pool,
  work: (client: PoolClient) => Promise<T>,
  begin = 'begin',
): Promise<T> {
  const client = await pool.connect()
  let failure: Error | undefined
  try {
    await client.query(begin)
    const result = await work(client)
    await client.query('commit')
    return result
  } catch (error) {
    failure = await rollback(client, error)
    throw error
  } finally {
    client.release(failure)
  }
}

/** Returns an error when the connection is not usable any more: the pool then closes it. */
async function rollback(client: PoolClient, reason: unknown): Promise<Error | undefined> {
  // The rollback would not be answered either; PostgreSQL does it by itself when the connection is cut.
  if (reason instanceof Error && reason.message === 'Query read timeout') return reason
  try {
    await client.query('rollback')
    return undefined
  } catch {
    return reason instanceof Error ? reason : new Error('rollback failed', { cause: reason })
  }
}
