import { randomUUID } from 'node:crypto'
import express from 'express'
import type { Express, RequestHandler, Response } from 'express'
import { Histogram } from 'prom-client'
import type { Registry } from 'prom-client'
import { withLogContext } from './log.ts'
import type { Logger } from './log.ts'

export interface HttpAppOptions {
  /** For a debug line about each request; without it there is none. */
  log?: Logger
  registry: Registry
  service: string
  /** Express' `trust proxy`: addresses whose `X-Forwarded-For` is believed, such as `loopback, 10.0.0.0/8`. */
  trustProxy?: string
}

/**
 * An Express app with what every API has before its routes: request id, log context, request metric, safe headers.
 * `finishHttpApp` puts after the routes what must come last. Answers are `no-store` unless a route says otherwise.
 */
export function createHttpApp({ log, registry, service, trustProxy }: HttpAppOptions): Express {
  const app = express()
  app.disable('x-powered-by')
  // Hashing each page of logs for an ETag that `no-store` makes useless would cost more than it could save.
  app.disable('etag')
  app.set('query parser', 'simple')
  if (trustProxy !== undefined) app.set('trust proxy', trustProxy)
  app.use(identify, measure(log, registry, service), safeHeaders)
  return app
}

/** The id of a request: in its log lines, its answer's `X-Request-Id` and its problem document. */
export function requestIdOf(res: Response): string {
  const id: unknown = res.locals['requestId']
  return typeof id === 'string' ? id : ''
}

/** A caller's own id is kept when it can harm neither a log line nor a header. */
const saneId = /^[\w.:-]{1,64}$/

const identify: RequestHandler = (req, res, next) => {
  const given = req.get('x-request-id')
  const requestId = given !== undefined && saneId.test(given) ? given : randomUUID()
  res.locals['requestId'] = requestId
  res.set('X-Request-Id', requestId)
  withLogContext({ requestId }, next)
}

function measure(log: Logger | undefined, registry: Registry, service: string): RequestHandler {
  const seconds = requestSeconds(registry)
  return (req, res, next) => {
    const startedMs = performance.now()
    res.once('close', () => {
      // nginx's number for "the client went away before the answer was complete".
      const status = res.writableFinished ? res.statusCode : 499
      const labels = { service, method: req.method, route: routeLabel(req.route, res), status }
      const tookMs = performance.now() - startedMs
      seconds.observe(labels, tookMs / 1000)
      log?.debug('request answered', { requestId: requestIdOf(res), ...labels, tookMs: Math.round(tookMs) })
    })
    next()
  }
}

/** Two APIs of one process share the metric of its registry. */
function requestSeconds(registry: Registry): Histogram {
  const name = 'logboom_http_request_seconds'
  const known = registry.getSingleMetric(name)
  if (known instanceof Histogram) return known
  return new Histogram({
    name,
    help: 'Time from the request line to the end of the answer, by route pattern and status (499 = the client left)',
    labelNames: ['service', 'method', 'route', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30],
    registers: [registry],
  })
}

/** The pattern, never the path: a label must not grow with what clients ask for. */
function routeLabel(route: unknown, res: Response): string {
  const forwarded: unknown = res.locals['forwardedRoute']
  if (typeof forwarded === 'string') return forwarded
  const named =
    typeof route === 'object' && route !== null && 'path' in route && typeof route.path === 'string'
  return named ? String(route.path) : 'unmatched'
}

const safeHeaders: RequestHandler = (_req, res, next) => {
  res.set({
    'Cache-Control': 'no-store',
    'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
  })
  next()
}
