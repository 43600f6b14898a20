import { Problem } from '@logboom/contracts'
import type { Agent } from '@logboom/contracts'
import { findAgent } from '@logboom/db'
import { canReadAgent } from '@logboom/service'
import type { RequestHandler } from 'express'
import { NoQuery } from '../list-queries.ts'
import { parseQuery } from '../parse-query.ts'
import type { QueryDeps } from '../query-deps.ts'
import { readScopeOf } from '../read-scope.ts'
import { pathId } from '../readable-subjects.ts'

export function getAgentRoute({ db, authenticator }: QueryDeps): RequestHandler {
  return async (req, res) => {
    const principal = await authenticator.authenticate(req)
    const id = pathId(req, 'agent_id', 'agent_not_found')
    parseQuery(req.query, NoQuery)
    if (principal.kind === 'agent' && !canReadAgent(principal, id)) {
      throw new Problem('forbidden', 'an agent reads only itself')
    }
    const agent = await findAgent(db, readScopeOf(principal), id)
    if (!agent) throw new Problem('agent_not_found')
    res.json(agent satisfies Agent)
  }
}
