import type { RequestHandler } from 'express'
import { answerHistogram } from '../answer-logs.ts'
import { workOrderSubject } from '../log-subjects.ts'
import type { QueryDeps } from '../query-deps.ts'

export function countWorkOrderLogsRoute(deps: QueryDeps): RequestHandler {
  return answerHistogram(deps, workOrderSubject(deps))
}
