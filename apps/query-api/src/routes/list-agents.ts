import { listAgents } from '@logboom/db'
import type { RequestHandler } from 'express'
import { answerList, byCreation } from '../answer-list.ts'
import { AgentsQuery } from '../list-queries.ts'
import type { QueryDeps } from '../query-deps.ts'
import { readScopeOf } from '../read-scope.ts'

export function listAgentsRoute(deps: QueryDeps): RequestHandler {
  return answerList(deps, {
    name: 'agents',
    query: AgentsQuery,
    list: ({ principal, query: { name = null, cluster_name: clusterName = null, status = null }, page }) =>
      listAgents(deps.db, readScopeOf(principal), { name, clusterName, status }, page),
    positionOf: byCreation,
  })
}
