/**
 * What went wrong with a statement, as far as a caller can do something about it.
 * - `unavailable`: PostgreSQL is away, starting, stopping, out of disk or connections, read-only, or too slow: wait, nothing is lost
 * - `retry`: it lost a race (deadlock, serialisation, lock timeout): the same again will do
 * - `duplicate_key`, `missing_link`, `missing_partition`: something that the caller can put right
 * - `bad_data`: the data itself is at fault: the same again would fail the same way
 * - `unknown`: none of these
 */
export type DatabaseFault =
  | 'unavailable'
  | 'retry'
  | 'duplicate_key'
  | 'missing_link'
  | 'missing_partition'
  | 'bad_data'
  | 'unknown'

/** SQLSTATE classes and Node's own codes that mean the server or the way to it is the trouble. */
const unavailable =
  /^(08|53|57P0|58|XX|57014|25006|25P03|57P05|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_|EHOST|ENETUNREACH|P1001|P1002|P1008|P1017|P2024|P2028|DatabaseNotReachable|ConnectionClosed|SocketTimeout)/
/** pg gives these no code at all. */
const unavailableMessage =
  /timeout exceeded when trying to connect|query read timeout|connection terminated|client has encountered a connection error|not queryable|cannot use a pool after/i

export function classifyDatabaseError(error: unknown): DatabaseFault {
  const code = codeOf(error)
  const message = error instanceof Error ? error.message : ''
  if (code === '23505' || code === 'P2002') return 'duplicate_key'
  if (code === '23503' || code === 'P2003') return 'missing_link'
  // PostgreSQL reports a row without a partition as a check violation
  if (code === '23514' && message.includes('no partition of relation')) return 'missing_partition'
  if (/^(40|55P03|55006)/.test(code)) return 'retry'
  if (unavailable.test(code) || unavailableMessage.test(message)) return 'unavailable'
  if (/^(2[123]|54)/.test(code)) return 'bad_data'
  return 'unknown'
}

/** True when waiting is the only thing to do. */
export function isUnavailable(error: unknown): boolean {
  return classifyDatabaseError(error) === 'unavailable'
}

/** True when PostgreSQL ended a statement because it ran for too long. */
export function isStatementTimeout(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '57014'
}

/** The SQLSTATE, Prisma or Node code of an error or of what caused it; '' when there is none. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return ''
  const { code, meta, cause } = error as {
    code?: unknown
    meta?: { driverAdapterError?: unknown }
    cause?: unknown
  } // libraries hang these on their errors
  if (typeof code === 'string' && code !== 'P2010') return code
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0])
  return codeOf(meta?.driverAdapterError) || originalCode(cause) || codeOf(cause)
}

/** Driver adapters put the SQLSTATE into `cause.originalCode`; for errors of sockets there is only a `kind`. */
function originalCode(cause: unknown): string {
  if (typeof cause !== 'object' || cause === null) return ''
  if ('originalCode' in cause) return String(cause.originalCode)
  return 'kind' in cause ? String(cause.kind) : ''
}
