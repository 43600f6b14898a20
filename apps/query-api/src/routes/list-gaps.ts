import { anyStream, findHorizon, listGaps } from '@logboom/db'
import type { RequestHandler } from 'express'
import { answerList } from '../answer-list.ts'
import { GapsQuery } from '../list-queries.ts'
import type { QueryDeps } from '../query-deps.ts'
import { readScopeOf } from '../read-scope.ts'
import { requireReadableAgent } from '../readable-subjects.ts'
import { timesOf } from '../plan-walk.ts'

export function listGapsRoute(deps: QueryDeps): RequestHandler {
  return answerList(deps, {
    name: 'gaps',
    query: GapsQuery,
    async list({ principal, query, page }) {
      const { agent_id: agentId = null, namespace = null, container_name: containerName = null } = query
      if (agentId) await requireReadableAgent(deps, principal, agentId)
      const horizon = await findHorizon(deps.db)
      const podNamePrefix = query.pod_name?.replace(/\*$/, '') ?? null
      const streams = { ...anyStream, agentId, namespace, podNamePrefix, containerName }
      const sight = { scope: readScopeOf(principal), classes: horizon.classes }
      return listGaps(
        deps.db,
        sight,
        { streams, reason: query.reason ?? null, ...timesOf(query, horizon) },
        page,
      )
    },
    positionOf: ({ to, id }) => ({ at: to, id }),
  })
}
