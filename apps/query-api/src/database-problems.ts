import { Problem } from '@logboom/contracts'
import { isStatementTimeout, isUnavailable } from '@logboom/db'
import type { ErrorRequestHandler } from 'express'

/**
 * Tells a query that took too long and a database that is away from faults of ours: the first two end by
 * waiting.
 */
export const answerDatabaseProblems: ErrorRequestHandler = (err: unknown, _req, _res, next) => {
  if (isStatementTimeout(err)) next(queryTimeout(err))
  else if (isUnavailable(err))
    next(new Problem('unavailable', 'the database does not answer', { cause: err }))
  else next(err)
}

export function queryTimeout(cause?: unknown): Problem {
  return new Problem('query_timeout', 'narrow the time range or the filters, or page by cursor', { cause })
}
