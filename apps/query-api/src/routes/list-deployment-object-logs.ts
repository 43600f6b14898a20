import type { RequestHandler } from 'express'
import { answerLogs } from '../answer-logs.ts'
import { deploymentObjectSubject } from '../log-subjects.ts'
import type { QueryDeps } from '../query-deps.ts'

export function listDeploymentObjectLogsRoute(deps: QueryDeps): RequestHandler {
  return answerLogs(deps, deploymentObjectSubject(deps))
}
