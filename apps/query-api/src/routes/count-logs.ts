import type { RequestHandler } from 'express'
import { answerHistogram } from '../answer-logs.ts'
import { anySubject } from '../log-subjects.ts'
import type { QueryDeps } from '../query-deps.ts'

/** The entries of all agents that the caller may read, by time and level. */
export function countLogsRoute(deps: QueryDeps): RequestHandler {
  return answerHistogram(deps, anySubject)
}
