import type { RequestHandler } from 'express'
import { answerHistogram } from '../answer-logs.ts'
import { agentSubject } from '../log-subjects.ts'
import type { QueryDeps } from '../query-deps.ts'

export function countAgentLogsRoute(deps: QueryDeps): RequestHandler {
  return answerHistogram(deps, agentSubject(deps))
}
