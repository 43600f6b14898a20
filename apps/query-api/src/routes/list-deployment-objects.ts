import { listDeploymentObjects } from '@logboom/db'
import type { RequestHandler } from 'express'
import { answerList, byCreation } from '../answer-list.ts'
import { DeploymentObjectsQuery } from '../list-queries.ts'
import type { QueryDeps } from '../query-deps.ts'
import { readScopeOf } from '../read-scope.ts'
import { requireReadableAgent } from '../readable-subjects.ts'

export function listDeploymentObjectsRoute(deps: QueryDeps): RequestHandler {
  return answerList(deps, {
    name: 'deployment_objects',
    query: DeploymentObjectsQuery,
    async list({ principal, query: { agent_id: agentId = null, name = null }, page }) {
      if (agentId) await requireReadableAgent(deps, principal, agentId)
      return listDeploymentObjects(deps.db, readScopeOf(principal), { agentId, name }, page)
    },
    positionOf: byCreation,
  })
}
