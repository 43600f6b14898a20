import { Problem } from '@logboom/contracts'
import { QueueUnavailable } from '@logboom/queue'
import { createHttpApp, finishHttpApp, forwardTo } from '@logboom/service'
import type { Logger } from '@logboom/service'
import type { ErrorRequestHandler, Express } from 'express'
import type { Registry } from 'prom-client'
import type { RegistryDeps } from './registry-deps.ts'
import { registryRoutes } from './registry-routes.ts'
import { pushLogs } from './routes/push-logs.ts'
import type { PushDeps } from './routes/push-logs.ts'

export interface AppDeps {
  push: PushDeps
  registry: RegistryDeps
  metrics: Registry
  log: Logger
  peerUrl: string | undefined
  trustProxy: string | undefined
}

/** Everything that ingest-api answers, in the order in which a request meets it. */
export function createApp({ push, registry, metrics, log, peerUrl, trustProxy }: AppDeps): Express {
  const app = createHttpApp({ registry: metrics, service: 'ingest-api', ...(trustProxy && { trustProxy }) })
  app.use(forwardTo({ peerUrl, self: 'ingest-api' }))
  app.post('/api/v1/agents/:agent_id/logs', pushLogs(push))
  app.use(registryRoutes(registry))
  app.use(tellQueueAway)
  finishHttpApp(app, log)
  return app
}

/** Without its queue ingest-api can promise nothing: the sender keeps the batch and comes again. */
const tellQueueAway: ErrorRequestHandler = (error: unknown, _req, _res, next) => {
  if (!(error instanceof QueueUnavailable)) return next(error)
  const isFull = error.reason === 'memory'
  next(
    new Problem(isFull ? 'overloaded' : 'unavailable', 'The queue took nothing; send the same batch again.', {
      headers: { 'Retry-After': isFull ? '5' : '2' },
      cause: error,
    }),
  )
}
