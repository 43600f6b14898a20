import type { RequestHandler } from 'express'
import { answerLogs } from '../answer-logs.ts'
import { anySubject } from '../log-subjects.ts'
import type { QueryDeps } from '../query-deps.ts'

/** The entries of all agents that the caller may read. */
export function listLogsRoute(deps: QueryDeps): RequestHandler {
  return answerLogs(deps, anySubject)
}
