import { listPaks } from '@logboom/db'
import { requireAdmin } from '@logboom/service'
import type { RequestHandler } from 'express'
import { answerList, byCreation } from '../answer-list.ts'
import { AgentPaksQuery } from '../list-queries.ts'
import type { QueryDeps } from '../query-deps.ts'
import { pathId, requireReadableAgent } from '../readable-subjects.ts'

export function listAgentPaksRoute(deps: QueryDeps): RequestHandler {
  return answerList(deps, {
    name: 'paks',
    query: AgentPaksQuery,
    async list({ req, principal, page }) {
      requireAdmin(principal)
      const agentId = pathId(req, 'agent_id', 'agent_not_found')
      await requireReadableAgent(deps, principal, agentId)
      return listPaks(deps.db, { agentId, kind: null }, page)
    },
    positionOf: byCreation,
  })
}
