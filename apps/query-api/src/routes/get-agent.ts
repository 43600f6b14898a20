import { Problem } from '@logboom/contracts'
import { findAgent } from '@logboom/db'
import { canReadAgent } from '@logboom/service'
import type { RequestHandler } from 'express'
import { NoQuery } from '../list-queries.ts'
import { parseQuery } from '../parse-query.ts'
import type { QueryDeps } from '../query-deps.ts'
import { readScopeOf } from '../read-scope.ts'
import { pathId } from '../readable-subjects.ts'
import { withProgress } from '../with-progress.ts'

export function getAgentRoute(deps: QueryDeps): RequestHandler {
  const { db, authenticator } = deps
  return async (req, res) => {
    const principal = await authenticator.authenticate(req)
    const id = pathId(req, 'agent_id', 'agent_not_found')
    parseQuery(req.query, NoQuery)
    if (principal.kind === 'agent' && !canReadAgent(principal, id)) {
      throw new Problem('forbidden', 'an agent reads only itself')
    }
    const scope = readScopeOf(principal)
    const agent = await findAgent(db, scope, id)
    if (!agent) throw new Problem('agent_not_found')
    const [shown] = await withProgress(deps, scope, [agent])
    res.json(shown)
  }
}
