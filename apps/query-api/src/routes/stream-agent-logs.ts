import type { RequestHandler } from 'express'
import { answerStream } from '../follow/answer-stream.ts'
import { agentSubject } from '../log-subjects.ts'
import type { QueryDeps } from '../query-deps.ts'

export function streamAgentLogsRoute(deps: QueryDeps): RequestHandler {
  return answerStream(deps, agentSubject(deps))
}
