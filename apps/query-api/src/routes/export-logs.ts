import type { RequestHandler } from 'express'
import { answerExport } from '../export/answer-export.ts'
import { anySubject } from '../log-subjects.ts'
import type { QueryDeps } from '../query-deps.ts'

export function exportLogsRoute(deps: QueryDeps): RequestHandler {
  return answerExport(deps, anySubject)
}
