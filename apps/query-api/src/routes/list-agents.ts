import { listAgents } from '@logboom/db'
import type { RequestHandler } from 'express'
import { answerList, byCreation } from '../answer-list.ts'
import { AgentsQuery } from '../list-queries.ts'
import type { QueryDeps } from '../query-deps.ts'
import { readScopeOf } from '../read-scope.ts'
import { withProgress } from '../with-progress.ts'

export function listAgentsRoute(deps: QueryDeps): RequestHandler {
  return answerList(deps, {
    name: 'agents',
    query: AgentsQuery,
    async list({ principal, query, page }) {
      const { name = null, cluster_name: clusterName = null, status = null } = query
      const scope = readScopeOf(principal)
      return withProgress(deps, scope, await listAgents(deps.db, scope, { name, clusterName, status }, page))
    },
    positionOf: byCreation,
  })
}
