import type { RequestHandler } from 'express'
import { answerLogs } from '../answer-logs.ts'
import type { QueryDeps } from '../query-deps.ts'
import { pathId, requireLinkTarget } from '../readable-subjects.ts'

export function listWorkOrderLogsRoute(deps: QueryDeps): RequestHandler {
  return answerLogs(deps, async (req, principal) => {
    const workOrderId = pathId(req, 'id', 'work_order_not_found')
    await requireLinkTarget(deps, principal, 'work_order', workOrderId)
    return { workOrderId }
  })
}
