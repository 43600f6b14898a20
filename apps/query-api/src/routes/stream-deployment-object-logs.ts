import type { RequestHandler } from 'express'
import { answerStream } from '../follow/answer-stream.ts'
import { deploymentObjectSubject } from '../log-subjects.ts'
import type { QueryDeps } from '../query-deps.ts'

export function streamDeploymentObjectLogsRoute(deps: QueryDeps): RequestHandler {
  return answerStream(deps, deploymentObjectSubject(deps))
}
