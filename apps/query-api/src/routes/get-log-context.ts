import type { RequestHandler } from 'express'
import { parseContextQuery } from '../context-query.ts'
import { findContext } from '../find-context.ts'
import type { QueryDeps } from '../query-deps.ts'
import { readScopeOf } from '../read-scope.ts'

/** The lines around one line of its stream. */
export function getLogContextRoute(deps: QueryDeps): RequestHandler {
  return async (req, res) => {
    const principal = await deps.authenticator.authenticate(req)
    const gone = new AbortController()
    res.once('close', () => gone.abort())
    const request = parseContextQuery(req.query)
    res.json(await findContext(deps, { ...request, scope: readScopeOf(principal), signal: gone.signal }))
  }
}
