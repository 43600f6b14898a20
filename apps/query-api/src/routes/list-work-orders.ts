import { listWorkOrders } from '@logboom/db'
import type { RequestHandler } from 'express'
import { answerList, byCreation } from '../answer-list.ts'
import { WorkOrdersQuery } from '../list-queries.ts'
import type { QueryDeps } from '../query-deps.ts'
import { readScopeOf } from '../read-scope.ts'
import { requireReadableAgent } from '../readable-subjects.ts'

export function listWorkOrdersRoute(deps: QueryDeps): RequestHandler {
  return answerList(deps, {
    name: 'work_orders',
    query: WorkOrdersQuery,
    async list({
      principal,
      query: { agent_id: agentId = null, work_type: workType = null, status = null },
      page,
    }) {
      if (agentId) await requireReadableAgent(deps, principal, agentId)
      return listWorkOrders(deps.db, readScopeOf(principal), { agentId, workType, status }, page)
    },
    positionOf: byCreation,
  })
}
