import type { RequestHandler } from 'express'
import { answerStream } from '../follow/answer-stream.ts'
import { anySubject } from '../log-subjects.ts'
import type { QueryDeps } from '../query-deps.ts'

export function streamLogsRoute(deps: QueryDeps): RequestHandler {
  return answerStream(deps, anySubject)
}
