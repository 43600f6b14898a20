import type { RequestHandler } from 'express'
import { parseContextQuery } from '../context-query.ts'
import { findContext } from '../find-context.ts'
import { inTurn } from '../in-turn.ts'
import type { QueryDeps } from '../query-deps.ts'
import { readScopeOf } from '../read-scope.ts'

/** The lines around one line of its stream. */
export function getLogContextRoute(deps: QueryDeps): RequestHandler {
  return async (req, res) => {
    const principal = await deps.authenticator.authenticate(req)
    const request = parseContextQuery(req.query)
    const context = await inTurn(deps, { principal, res }, (reading, signal) =>
      findContext(reading, { ...request, scope: readScopeOf(principal), signal }),
    )
    res.json(context)
  }
}
