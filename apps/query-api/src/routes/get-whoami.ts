import type { WhoAmI } from '@logboom/contracts'
import type { RequestHandler } from 'express'
import type { z } from 'zod'
import { NoQuery } from '../list-queries.ts'
import { parseQuery } from '../parse-query.ts'
import type { QueryDeps } from '../query-deps.ts'
import { readScopeOf } from '../read-scope.ts'

export function getWhoAmIRoute({ authenticator }: QueryDeps): RequestHandler {
  return async (req, res) => {
    const principal = await authenticator.authenticate(req)
    parseQuery(req.query, NoQuery)
    const { agents, namespaces } = readScopeOf(principal)
    res.json({
      kind: principal.kind,
      agent_id: principal.kind === 'agent' ? principal.agentId : null,
      agents: agents ? [...agents] : null,
      namespaces: namespaces ? [...namespaces] : null,
      label: principal.label,
    } satisfies z.infer<typeof WhoAmI>)
  }
}
