import type { RequestHandler } from 'express'
import { answerLogs } from '../answer-logs.ts'
import { agentSubject } from '../log-subjects.ts'
import type { QueryDeps } from '../query-deps.ts'

export function listAgentLogsRoute(deps: QueryDeps): RequestHandler {
  return answerLogs(deps, agentSubject(deps))
}
