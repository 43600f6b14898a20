import type { RequestHandler } from 'express'
import { answerLogs } from '../answer-logs.ts'
import { workOrderSubject } from '../log-subjects.ts'
import type { QueryDeps } from '../query-deps.ts'

export function listWorkOrderLogsRoute(deps: QueryDeps): RequestHandler {
  return answerLogs(deps, workOrderSubject(deps))
}
