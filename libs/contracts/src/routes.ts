/** Who answers a route. Both APIs forward each other's, so that any host and any ingress work. */
export type RouteOwner = 'ingest-api' | 'query-api'

export interface ApiRoute {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Express 5 style; parameters are `:name`. */
  path: string
  owner: RouteOwner
}

const agent = '/api/v1/agents/:agent_id'

/** Every route of the product, once. `openapi.json`, forwarding and 405 answers are all derived from it. */
export const apiRoutes = [
  { method: 'POST', path: `${agent}/logs`, owner: 'ingest-api' },
  { method: 'GET', path: `${agent}/limits`, owner: 'ingest-api' },
  { method: 'POST', path: `${agent}/heartbeat`, owner: 'ingest-api' },
  { method: 'POST', path: '/api/v1/agents', owner: 'ingest-api' },
  { method: 'PATCH', path: agent, owner: 'ingest-api' },
  { method: 'DELETE', path: agent, owner: 'ingest-api' },
  { method: 'POST', path: `${agent}/paks`, owner: 'ingest-api' },
  { method: 'DELETE', path: `${agent}/paks/:pak_id`, owner: 'ingest-api' },
  { method: 'POST', path: '/api/v1/paks', owner: 'ingest-api' },
  { method: 'PATCH', path: '/api/v1/paks/:pak_id', owner: 'ingest-api' },
  { method: 'DELETE', path: '/api/v1/paks/:pak_id', owner: 'ingest-api' },
  { method: 'PUT', path: '/api/v1/deployment-objects/:id', owner: 'ingest-api' },
  { method: 'DELETE', path: '/api/v1/deployment-objects/:id', owner: 'ingest-api' },
  { method: 'PUT', path: '/api/v1/work-orders/:id', owner: 'ingest-api' },
  { method: 'DELETE', path: '/api/v1/work-orders/:id', owner: 'ingest-api' },
  { method: 'PUT', path: '/api/v1/retention/classes/:name', owner: 'ingest-api' },
  { method: 'DELETE', path: '/api/v1/retention/classes/:name', owner: 'ingest-api' },
  { method: 'PUT', path: '/api/v1/retention/assignments', owner: 'ingest-api' },
  { method: 'DELETE', path: '/api/v1/retention/assignments', owner: 'ingest-api' },
  { method: 'POST', path: '/api/v1/dead-letters/:id/requeue', owner: 'ingest-api' },
  { method: 'DELETE', path: '/api/v1/dead-letters/:id', owner: 'ingest-api' },
  { method: 'POST', path: '/api/v1/saved-searches', owner: 'ingest-api' },
  { method: 'PATCH', path: '/api/v1/saved-searches/:id', owner: 'ingest-api' },
  { method: 'DELETE', path: '/api/v1/saved-searches/:id', owner: 'ingest-api' },
  { method: 'POST', path: '/api/v1/auth/token', owner: 'ingest-api' },
  { method: 'POST', path: '/api/v1/auth/session', owner: 'ingest-api' },
  { method: 'GET', path: '/api/v1/auth/session', owner: 'ingest-api' },
  { method: 'DELETE', path: '/api/v1/auth/session', owner: 'ingest-api' },
  { method: 'POST', path: '/api/v1/auth/ticket', owner: 'ingest-api' },
  { method: 'GET', path: '/api/v1/auth/providers', owner: 'ingest-api' },
  { method: 'GET', path: '/api/v1/auth/oidc/login', owner: 'ingest-api' },
  { method: 'GET', path: '/api/v1/auth/oidc/callback', owner: 'ingest-api' },

  { method: 'GET', path: `${agent}/logs`, owner: 'query-api' },
  { method: 'GET', path: '/api/v1/deployment-objects/:id/logs', owner: 'query-api' },
  { method: 'GET', path: '/api/v1/work-orders/:id/logs', owner: 'query-api' },
  { method: 'GET', path: '/api/v1/logs', owner: 'query-api' },
  { method: 'GET', path: `${agent}/logs/histogram`, owner: 'query-api' },
  { method: 'GET', path: '/api/v1/deployment-objects/:id/logs/histogram', owner: 'query-api' },
  { method: 'GET', path: '/api/v1/work-orders/:id/logs/histogram', owner: 'query-api' },
  { method: 'GET', path: '/api/v1/logs/histogram', owner: 'query-api' },
  { method: 'GET', path: `${agent}/logs/stream`, owner: 'query-api' },
  { method: 'GET', path: '/api/v1/deployment-objects/:id/logs/stream', owner: 'query-api' },
  { method: 'GET', path: '/api/v1/work-orders/:id/logs/stream', owner: 'query-api' },
  { method: 'GET', path: '/api/v1/logs/stream', owner: 'query-api' },
  { method: 'GET', path: '/ws/logs', owner: 'query-api' },
  { method: 'GET', path: `${agent}/logs/export`, owner: 'query-api' },
  { method: 'GET', path: '/api/v1/deployment-objects/:id/logs/export', owner: 'query-api' },
  { method: 'GET', path: '/api/v1/work-orders/:id/logs/export', owner: 'query-api' },
  { method: 'GET', path: '/api/v1/logs/export', owner: 'query-api' },
  { method: 'GET', path: '/api/v1/logs/context', owner: 'query-api' },
  { method: 'GET', path: '/api/v1/gaps', owner: 'query-api' },
  { method: 'GET', path: '/api/v1/agents', owner: 'query-api' },
  { method: 'GET', path: agent, owner: 'query-api' },
  { method: 'GET', path: `${agent}/paks`, owner: 'query-api' },
  { method: 'GET', path: '/api/v1/paks', owner: 'query-api' },
  { method: 'GET', path: '/api/v1/deployment-objects', owner: 'query-api' },
  { method: 'GET', path: '/api/v1/deployment-objects/:id', owner: 'query-api' },
  { method: 'GET', path: '/api/v1/work-orders', owner: 'query-api' },
  { method: 'GET', path: '/api/v1/work-orders/:id', owner: 'query-api' },
  { method: 'GET', path: '/api/v1/dead-letters', owner: 'query-api' },
  { method: 'GET', path: '/api/v1/retention', owner: 'query-api' },
  { method: 'GET', path: '/api/v1/retention/receipts', owner: 'query-api' },
  { method: 'GET', path: '/api/v1/retention/receipt-keys', owner: 'query-api' },
  { method: 'POST', path: '/api/v1/retention/preview', owner: 'query-api' },
  { method: 'GET', path: '/api/v1/fields', owner: 'query-api' },
  { method: 'GET', path: '/api/v1/fields/:name/values', owner: 'query-api' },
  { method: 'GET', path: '/api/v1/saved-searches', owner: 'query-api' },
  { method: 'GET', path: '/api/v1/saved-searches/:id', owner: 'query-api' },
  { method: 'GET', path: '/api/v1/stats', owner: 'query-api' },
  { method: 'GET', path: '/api/v1/whoami', owner: 'query-api' },
  { method: 'GET', path: '/.well-known/jwks.json', owner: 'query-api' },
  { method: 'GET', path: '/openapi.json', owner: 'query-api' },
  { method: 'GET', path: '/docs', owner: 'query-api' },
] as const satisfies readonly ApiRoute[]

/** `GET /api/v1/logs`: what handlers and the OpenAPI document are keyed by. */
export type RouteKey = (typeof apiRoutes)[number] extends infer Route
  ? Route extends { method: infer Method extends string; path: infer Path extends string }
    ? `${Method} ${Path}`
    : never
  : never
