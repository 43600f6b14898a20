import type { RequestHandler } from 'express'
import { answerLogs } from '../answer-logs.ts'
import type { QueryDeps } from '../query-deps.ts'
import { pathId, requireReadableAgent } from '../readable-subjects.ts'

export function listAgentLogsRoute(deps: QueryDeps): RequestHandler {
  return answerLogs(deps, async (req, principal) => {
    const agentId = pathId(req, 'agent_id', 'agent_not_found')
    await requireReadableAgent(deps, principal, agentId)
    return { agentId }
  })
}
