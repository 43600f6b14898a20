import type { RequestHandler } from 'express'
import { answerExport } from '../export/answer-export.ts'
import { deploymentObjectSubject } from '../log-subjects.ts'
import type { QueryDeps } from '../query-deps.ts'

export function exportDeploymentObjectLogsRoute(deps: QueryDeps): RequestHandler {
  return answerExport(deps, deploymentObjectSubject(deps))
}
