import { listPaks } from '@logboom/db'
import { requireAdmin } from '@logboom/service'
import type { RequestHandler } from 'express'
import { answerList, byCreation } from '../answer-list.ts'
import { PaksQuery } from '../list-queries.ts'
import type { QueryDeps } from '../query-deps.ts'
import { requireReadableAgent } from '../readable-subjects.ts'

export function listPaksRoute(deps: QueryDeps): RequestHandler {
  return answerList(deps, {
    name: 'paks',
    query: PaksQuery,
    async list({ principal, query: { agent_id: agentId = null, kind = null }, page }) {
      requireAdmin(principal)
      if (agentId) await requireReadableAgent(deps, principal, agentId)
      return listPaks(deps.db, { agentId, kind }, page)
    },
    positionOf: byCreation,
  })
}
