import type { FindSubject } from './answer-logs.ts'
import type { QueryDeps } from './query-deps.ts'
import { pathId, requireLinkTarget, requireReadableAgent } from './readable-subjects.ts'

/** The agent in a path. */
export function agentSubject(deps: QueryDeps): FindSubject {
  return (req, principal) => {
    const agentId = pathId(req, 'agent_id', 'agent_not_found')
    return { subject: { agentId }, readable: requireReadableAgent(deps, principal, agentId) }
  }
}

/** The deployment object in a path. */
export function deploymentObjectSubject(deps: QueryDeps): FindSubject {
  return (req, principal) => {
    const deploymentObjectId = pathId(req, 'id', 'deployment_object_not_found')
    const readable = requireLinkTarget(deps, principal, 'deployment_object', deploymentObjectId)
    return { subject: { deploymentObjectId }, readable }
  }
}

/** The work order in a path. */
export function workOrderSubject(deps: QueryDeps): FindSubject {
  return (req, principal) => {
    const workOrderId = pathId(req, 'id', 'work_order_not_found')
    const readable = requireLinkTarget(deps, principal, 'work_order', workOrderId)
    return { subject: { workOrderId }, readable }
  }
}

/** Everything that the caller may read. */
export const anySubject: FindSubject = () => ({ subject: {}, readable: Promise.resolve() })
