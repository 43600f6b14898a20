import { apiRoutes, Problem } from '@logboom/contracts'
import type { RouteKey } from '@logboom/contracts'
import { classifyDatabaseError } from '@logboom/db'
import { Router } from 'express'
import type { ErrorRequestHandler, RequestHandler } from 'express'
import type { RegistryDeps } from './registry-deps.ts'
import { beginOidcLoginRoute } from './routes/begin-oidc-login.ts'
import { createAgentRoute } from './routes/create-agent.ts'
import { createSavedSearchRoute } from './routes/create-saved-search.ts'
import { createSessionRoute } from './routes/create-session.ts'
import { deleteAgentRoute } from './routes/delete-agent.ts'
import { deleteDeadLetterRoute } from './routes/delete-dead-letter.ts'
import { deleteDeploymentObjectRoute } from './routes/delete-deployment-object.ts'
import { deleteRetentionAssignmentRoute } from './routes/delete-retention-assignment.ts'
import { deleteRetentionClassRoute } from './routes/delete-retention-class.ts'
import { deleteSavedSearchRoute } from './routes/delete-saved-search.ts'
import { deleteSessionRoute } from './routes/delete-session.ts'
import { deleteWorkOrderRoute } from './routes/delete-work-order.ts'
import { finishOidcLoginRoute } from './routes/finish-oidc-login.ts'
import { getLimitsRoute } from './routes/get-limits.ts'
import { getSessionRoute } from './routes/get-session.ts'
import { issueAgentPakRoute } from './routes/issue-agent-pak.ts'
import { issuePakRoute } from './routes/issue-pak.ts'
import { issueTicketRoute } from './routes/issue-ticket.ts'
import { issueTokenRoute } from './routes/issue-token.ts'
import { listProvidersRoute } from './routes/list-providers.ts'
import { putDeploymentObjectRoute } from './routes/put-deployment-object.ts'
import { putRetentionAssignmentRoute } from './routes/put-retention-assignment.ts'
import { putRetentionClassRoute } from './routes/put-retention-class.ts'
import { putWorkOrderRoute } from './routes/put-work-order.ts'
import { recordHeartbeatRoute } from './routes/record-heartbeat.ts'
import { requeueDeadLetterRoute } from './routes/requeue-dead-letter.ts'
import { revokeAgentPakRoute } from './routes/revoke-agent-pak.ts'
import { revokePakRoute } from './routes/revoke-pak.ts'
import { updateAgentRoute } from './routes/update-agent.ts'
import { updateSavedSearchRoute } from './routes/update-saved-search.ts'
import { updatePakRoute } from './routes/update-pak.ts'

/** The write side of the registry: all that ingest-api owns but the push of logs. */
export function registryRoutes(deps: RegistryDeps): Router {
  const handlers: Partial<Record<string, RequestHandler>> = handlersOf(deps)
  const router = Router()
  for (const { method, path } of apiRoutes) {
    const handler = handlers[`${method} ${path}`]
    if (handler) router.route(path)[verbs[method]](handler)
  }
  router.use(tellUnavailable)
  return router
}

const verbs = { GET: 'get', POST: 'post', PUT: 'put', PATCH: 'patch', DELETE: 'delete' } as const

function handlersOf(deps: RegistryDeps): Partial<Record<RouteKey, RequestHandler>> {
  return {
    'POST /api/v1/agents': createAgentRoute(deps),
    'PATCH /api/v1/agents/:agent_id': updateAgentRoute(deps),
    'DELETE /api/v1/agents/:agent_id': deleteAgentRoute(deps),
    'GET /api/v1/agents/:agent_id/limits': getLimitsRoute(deps),
    'POST /api/v1/agents/:agent_id/heartbeat': recordHeartbeatRoute(deps),
    'POST /api/v1/agents/:agent_id/paks': issueAgentPakRoute(deps),
    'DELETE /api/v1/agents/:agent_id/paks/:pak_id': revokeAgentPakRoute(deps),
    'POST /api/v1/paks': issuePakRoute(deps),
    'PATCH /api/v1/paks/:pak_id': updatePakRoute(deps),
    'DELETE /api/v1/paks/:pak_id': revokePakRoute(deps),
    'POST /api/v1/saved-searches': createSavedSearchRoute(deps),
    'PATCH /api/v1/saved-searches/:id': updateSavedSearchRoute(deps),
    'DELETE /api/v1/saved-searches/:id': deleteSavedSearchRoute(deps),
    'POST /api/v1/auth/token': issueTokenRoute(deps),
    'POST /api/v1/auth/session': createSessionRoute(deps),
    'GET /api/v1/auth/session': getSessionRoute(deps),
    'DELETE /api/v1/auth/session': deleteSessionRoute(deps),
    'POST /api/v1/auth/ticket': issueTicketRoute(deps),
    'GET /api/v1/auth/providers': listProvidersRoute(deps),
    'GET /api/v1/auth/oidc/login': beginOidcLoginRoute(deps),
    'GET /api/v1/auth/oidc/callback': finishOidcLoginRoute(deps),
    'PUT /api/v1/deployment-objects/:id': putDeploymentObjectRoute(deps),
    'DELETE /api/v1/deployment-objects/:id': deleteDeploymentObjectRoute(deps),
    'PUT /api/v1/work-orders/:id': putWorkOrderRoute(deps),
    'DELETE /api/v1/work-orders/:id': deleteWorkOrderRoute(deps),
    'PUT /api/v1/retention/classes/:name': putRetentionClassRoute(deps),
    'DELETE /api/v1/retention/classes/:name': deleteRetentionClassRoute(deps),
    'PUT /api/v1/retention/assignments': putRetentionAssignmentRoute(deps),
    'DELETE /api/v1/retention/assignments': deleteRetentionAssignmentRoute(deps),
    'POST /api/v1/dead-letters/:id/requeue': requeueDeadLetterRoute(deps),
    'DELETE /api/v1/dead-letters/:id': deleteDeadLetterRoute(deps),
  }
}

/** What passes is no fault of the request: PostgreSQL is away, or a race was lost. It may come again. */
const tellUnavailable: ErrorRequestHandler = (error: unknown, _req, _res, next) => {
  const fault = classifyDatabaseError(error)
  const passing = fault === 'unavailable' || fault === 'retry'
  next(passing ? new Problem('unavailable', 'the registry is away for now', { cause: error }) : error)
}
