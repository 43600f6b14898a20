import type { RequestHandler } from 'express'
import { answerHistogram } from '../answer-logs.ts'
import { deploymentObjectSubject } from '../log-subjects.ts'
import type { QueryDeps } from '../query-deps.ts'

export function countDeploymentObjectLogsRoute(deps: QueryDeps): RequestHandler {
  return answerHistogram(deps, deploymentObjectSubject(deps))
}
