import type { RequestHandler } from 'express'
import { answerExport } from '../export/answer-export.ts'
import { workOrderSubject } from '../log-subjects.ts'
import type { QueryDeps } from '../query-deps.ts'

export function exportWorkOrderLogsRoute(deps: QueryDeps): RequestHandler {
  return answerExport(deps, workOrderSubject(deps))
}
