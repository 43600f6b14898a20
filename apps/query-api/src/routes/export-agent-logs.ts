import type { RequestHandler } from 'express'
import { answerExport } from '../export/answer-export.ts'
import { agentSubject } from '../log-subjects.ts'
import type { QueryDeps } from '../query-deps.ts'

export function exportAgentLogsRoute(deps: QueryDeps): RequestHandler {
  return answerExport(deps, agentSubject(deps))
}
