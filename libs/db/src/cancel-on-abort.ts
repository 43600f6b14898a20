import type { PoolClient } from 'pg'
import { cancelStatement } from './cancel-statement.ts'
import { isStatementTimeout } from './database-error.ts'

/** Less than a statement may take: what cannot be cancelled is ended by its own time-out. */
const timeoutMs = 2_000

/**
 * `work`, whose statement on this connection PostgreSQL is told to end when the signal is aborted. Once it has settled, the
 * connection is at rest and as good for others as before.
 * @throws the reason of the signal where that ended the statement
 */
export async function cancelOnAbort<T>(
  client: PoolClient,
  signal: AbortSignal,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted()
  let cancelled: Promise<void> | undefined
  const cancel = () => {
    cancelled = cancelStatement(client, { timeoutMs }).catch(() => undefined)
  }
  signal.addEventListener('abort', cancel, { once: true })
  try {
    return await work(client)
  } catch (error) {
    // PostgreSQL has one code for both reasons to end a statement.
    throw signal.aborted && isStatementTimeout(error) ? signal.reason : error
  } finally {
    signal.removeEventListener('abort', cancel)
    // A wish that is still under way could end the next statement, which is somebody else's.
    await cancelled
  }
}
