import { apiRoutes } from '@logboom/contracts'
import { createHttpApp, finishHttpApp, forwardTo } from '@logboom/service'
import type { Logger } from '@logboom/service'
import type { Express, RequestHandler } from 'express'
import type { Registry } from 'prom-client'
import type { QueryConfig } from './config.ts'
import { allowOrigins } from './cors.ts'
import { answerDatabaseProblems } from './database-problems.ts'
import type { Explorer } from './explorer/load-explorer.ts'
import { serveExplorer } from './explorer/serve-explorer.ts'
import { buildDocument } from './openapi/build-document.ts'
import { exportAgentLogsRoute } from './routes/export-agent-logs.ts'
import { exportDeploymentObjectLogsRoute } from './routes/export-deployment-object-logs.ts'
import { exportLogsRoute } from './routes/export-logs.ts'
import { exportWorkOrderLogsRoute } from './routes/export-work-order-logs.ts'
import type { QueryDeps } from './query-deps.ts'
import { countAgentLogsRoute } from './routes/count-agent-logs.ts'
import { countDeploymentObjectLogsRoute } from './routes/count-deployment-object-logs.ts'
import { countLogsRoute } from './routes/count-logs.ts'
import { countWorkOrderLogsRoute } from './routes/count-work-order-logs.ts'
import { getAgentRoute } from './routes/get-agent.ts'
import { getDeploymentObjectRoute } from './routes/get-deployment-object.ts'
import { getDocsRoute } from './routes/get-docs.ts'
import { getJwksRoute } from './routes/get-jwks.ts'
import { getLogContextRoute } from './routes/get-log-context.ts'
import { getOpenApiRoute } from './routes/get-openapi.ts'
import { getRetentionRoute } from './routes/get-retention.ts'
import { getSavedSearchRoute } from './routes/get-saved-search.ts'
import { getStatsRoute } from './routes/get-stats.ts'
import { getWhoAmIRoute } from './routes/get-whoami.ts'
import { getWorkOrderRoute } from './routes/get-work-order.ts'
import { listAgentLogsRoute } from './routes/list-agent-logs.ts'
import { listAgentPaksRoute } from './routes/list-agent-paks.ts'
import { listAgentsRoute } from './routes/list-agents.ts'
import { listDeadLettersRoute } from './routes/list-dead-letters.ts'
import { listFieldValuesRoute } from './routes/list-field-values.ts'
import { listFieldsRoute } from './routes/list-fields.ts'
import { listDeploymentObjectLogsRoute } from './routes/list-deployment-object-logs.ts'
import { listDeploymentObjectsRoute } from './routes/list-deployment-objects.ts'
import { listGapsRoute } from './routes/list-gaps.ts'
import { listLogsRoute } from './routes/list-logs.ts'
import { listPaksRoute } from './routes/list-paks.ts'
import { listReceiptKeysRoute } from './routes/list-receipt-keys.ts'
import { listReceiptsRoute } from './routes/list-receipts.ts'
import { listSavedSearchesRoute } from './routes/list-saved-searches.ts'
import { listWorkOrderLogsRoute } from './routes/list-work-order-logs.ts'
import { listWorkOrdersRoute } from './routes/list-work-orders.ts'
import { previewRetentionRoute } from './routes/preview-retention.ts'
import { streamAgentLogsRoute } from './routes/stream-agent-logs.ts'
import { streamDeploymentObjectLogsRoute } from './routes/stream-deployment-object-logs.ts'
import { streamFramesRoute } from './routes/stream-frames.ts'
import { streamLogsRoute } from './routes/stream-logs.ts'
import { streamWorkOrderLogsRoute } from './routes/stream-work-order-logs.ts'

export interface AppDeps extends QueryDeps {
  config: QueryConfig
  /** Undefined where none was built. */
  explorer: Explorer | undefined
  registry: Registry
  log: Logger
}

type OwnRoute = Extract<(typeof apiRoutes)[number], { owner: 'query-api' }>
type KeyOf<Route> = Route extends { method: infer M extends string; path: infer P extends string }
  ? `${M} ${P}`
  : never
type OwnKey = KeyOf<OwnRoute>

/** All routes of query-api, those of ingest-api, which are passed on, and the explorer. */
export function createApp(deps: AppDeps): Express {
  const { config, registry, log } = deps
  const { PEER_URL: peerUrl, TRUST_PROXY: trustProxy } = config
  const app = createHttpApp({
    log,
    registry,
    service: 'query-api',
    ...(trustProxy !== undefined && { trustProxy }),
  })
  app.use(allowOrigins(config.CORS_ORIGINS), forwardTo({ peerUrl, self: 'query-api' }))
  const handlers = handlersOf(deps)
  for (const route of apiRoutes.filter(isOwn)) {
    const key = `${route.method} ${route.path}` as OwnKey // a template literal forgets that it is one of them
    app[route.method === 'POST' ? 'post' : 'get'](route.path, handlers[key])
  }
  app.use(serveExplorer(deps.explorer), answerDatabaseProblems)
  finishHttpApp(app, log)
  return app
}

/**
 * One handler for each route that the table gives to this service: one without a handler does not compile.
 */
function handlersOf(deps: QueryDeps): Record<OwnKey, RequestHandler> {
  const document = buildDocument()
  return {
    'GET /api/v1/agents/:agent_id/logs': listAgentLogsRoute(deps),
    'GET /api/v1/deployment-objects/:id/logs': listDeploymentObjectLogsRoute(deps),
    'GET /api/v1/work-orders/:id/logs': listWorkOrderLogsRoute(deps),
    'GET /api/v1/logs': listLogsRoute(deps),
    'GET /api/v1/agents/:agent_id/logs/histogram': countAgentLogsRoute(deps),
    'GET /api/v1/deployment-objects/:id/logs/histogram': countDeploymentObjectLogsRoute(deps),
    'GET /api/v1/work-orders/:id/logs/histogram': countWorkOrderLogsRoute(deps),
    'GET /api/v1/logs/histogram': countLogsRoute(deps),
    'GET /api/v1/agents/:agent_id/logs/stream': streamAgentLogsRoute(deps),
    'GET /api/v1/deployment-objects/:id/logs/stream': streamDeploymentObjectLogsRoute(deps),
    'GET /api/v1/work-orders/:id/logs/stream': streamWorkOrderLogsRoute(deps),
    'GET /api/v1/logs/stream': streamLogsRoute(deps),
    'GET /ws/logs': streamFramesRoute(deps),
    'GET /api/v1/agents/:agent_id/logs/export': exportAgentLogsRoute(deps),
    'GET /api/v1/deployment-objects/:id/logs/export': exportDeploymentObjectLogsRoute(deps),
    'GET /api/v1/work-orders/:id/logs/export': exportWorkOrderLogsRoute(deps),
    'GET /api/v1/logs/export': exportLogsRoute(deps),
    'GET /api/v1/logs/context': getLogContextRoute(deps),
    'GET /api/v1/gaps': listGapsRoute(deps),
    'GET /api/v1/agents': listAgentsRoute(deps),
    'GET /api/v1/agents/:agent_id': getAgentRoute(deps),
    'GET /api/v1/agents/:agent_id/paks': listAgentPaksRoute(deps),
    'GET /api/v1/paks': listPaksRoute(deps),
    'GET /api/v1/deployment-objects': listDeploymentObjectsRoute(deps),
    'GET /api/v1/deployment-objects/:id': getDeploymentObjectRoute(deps),
    'GET /api/v1/work-orders': listWorkOrdersRoute(deps),
    'GET /api/v1/work-orders/:id': getWorkOrderRoute(deps),
    'GET /api/v1/dead-letters': listDeadLettersRoute(deps),
    'GET /api/v1/retention': getRetentionRoute(deps),
    'GET /api/v1/retention/receipts': listReceiptsRoute(deps),
    'GET /api/v1/retention/receipt-keys': listReceiptKeysRoute(deps),
    'POST /api/v1/retention/preview': previewRetentionRoute(deps),
    'GET /api/v1/fields': listFieldsRoute(deps),
    'GET /api/v1/fields/:name/values': listFieldValuesRoute(deps),
    'GET /api/v1/saved-searches': listSavedSearchesRoute(deps),
    'GET /api/v1/saved-searches/:id': getSavedSearchRoute(deps),
    'GET /api/v1/stats': getStatsRoute(deps),
    'GET /api/v1/whoami': getWhoAmIRoute(deps),
    'GET /.well-known/jwks.json': getJwksRoute(deps),
    'GET /openapi.json': getOpenApiRoute(document),
    'GET /docs': getDocsRoute(document),
  }
}

function isOwn(route: (typeof apiRoutes)[number]): route is OwnRoute {
  return route.owner === 'query-api'
}
