import type { RequestHandler } from 'express'
import { answerLogs } from '../answer-logs.ts'
import type { QueryDeps } from '../query-deps.ts'
import { pathId, requireLinkTarget } from '../readable-subjects.ts'

export function listDeploymentObjectLogsRoute(deps: QueryDeps): RequestHandler {
  return answerLogs(deps, async (req, principal) => {
    const deploymentObjectId = pathId(req, 'id', 'deployment_object_not_found')
    await requireLinkTarget(deps, principal, 'deployment_object', deploymentObjectId)
    return { deploymentObjectId }
  })
}
