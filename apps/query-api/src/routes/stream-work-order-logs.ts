import type { RequestHandler } from 'express'
import { answerStream } from '../follow/answer-stream.ts'
import { workOrderSubject } from '../log-subjects.ts'
import type { QueryDeps } from '../query-deps.ts'

export function streamWorkOrderLogsRoute(deps: QueryDeps): RequestHandler {
  return answerStream(deps, workOrderSubject(deps))
}
