import http from 'node:http'
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import https from 'node:https'
import { pipeline } from 'node:stream'
import { Problem } from '@logboom/contracts'
import type { ApiRoute, RouteOwner } from '@logboom/contracts'
import type { Request, RequestHandler, Response } from 'express'
import { requestIdOf } from './http-app.ts'
import { isExplorerPath, matchRoute } from './route-table.ts'

export interface ForwardOptions {
  /** The other API's base URL. Without it nothing is forwarded. */
  peerUrl?: string | undefined
  self: RouteOwner
  connectMs?: number
  /** From the end of the request to the first byte of the answer. */
  answerMs?: number
}

const forwardedHeader = 'logboom-forwarded'

/**
 * Passes on what the route table gives to the other API, streaming both ways: so POST and GET of one path may meet
 * either service. Stands before body parsers and authentication, which are the peer's.
 */
export function forwardTo({
  peerUrl,
  self,
  connectMs = 2_000,
  answerMs = 30_000,
}: ForwardOptions): RequestHandler {
  if (!peerUrl) return (_req, _res, next) => next()
  const base = new URL(peerUrl)
  const transport = base.protocol === 'https:' ? https : http
  const agent = new transport.Agent({ keepAlive: true })
  return (req, res, next) => {
    const route = routeOf(req)
    if (!route || route.owner === self) return next()
    if (req.headers[forwardedHeader])
      throw new Problem('peer_unavailable', 'the two APIs forward to each other')
    res.locals['forwardedRoute'] = route.path
    const upstream = transport.request(targetOf(base, req), {
      agent,
      method: req.method,
      headers: requestHeaders(req, res, self),
    })
    upstream.on('response', (answer) => relay(answer, res))
    upstream.on('error', (cause) => {
      req.unpipe(upstream)
      if (res.headersSent || res.closed) res.destroy()
      else next(peerUnavailable(cause))
    })
    res.on('close', () => {
      if (!res.writableFinished) upstream.destroy()
    })
    limitWaiting(upstream, transport === https, connectMs, answerMs)
    req.pipe(upstream)
  }
}

/** The explorer is query-api's as its routes are. */
function routeOf({ method, path }: Request): Pick<ApiRoute, 'owner' | 'path'> | undefined {
  const explorer = { owner: 'query-api', path: 'explorer' } as const
  return matchRoute(method, path) ?? (isExplorerPath(method, path) ? explorer : undefined)
}

function targetOf(base: URL, req: Request): URL {
  const target = new URL(base)
  target.pathname = base.pathname.replace(/\/$/, '') + req.path
  const query = req.originalUrl.indexOf('?')
  target.search = query < 0 ? '' : req.originalUrl.slice(query)
  return target
}

function peerUnavailable(cause: unknown): Problem {
  return new Problem('peer_unavailable', undefined, { headers: { 'Retry-After': '2' }, cause })
}

function limitWaiting(upstream: ClientRequest, secure: boolean, connectMs: number, answerMs: number): void {
  const giveUp = (reason: string) => upstream.destroy(new Error(reason))
  const connecting = setTimeout(giveUp, connectMs, 'no connection to the peer')
  let waiting: NodeJS.Timeout | undefined
  upstream.once('socket', (socket) => {
    if (upstream.reusedSocket) clearTimeout(connecting)
    else socket.once(secure ? 'secureConnect' : 'connect', () => clearTimeout(connecting))
  })
  const sent = () => (waiting = setTimeout(giveUp, answerMs, 'no answer from the peer'))
  upstream.once('finish', sent)
  upstream.once('response', () => {
    // An answer may come before the end of the request, such as a 413.
    upstream.off('finish', sent)
    clearTimeout(waiting)
  })
  upstream.once('close', () => {
    clearTimeout(connecting)
    clearTimeout(waiting)
  })
}

function relay(answer: IncomingMessage, res: Response): void {
  res.status(answer.statusCode ?? 502)
  for (const [name, value] of Object.entries(withoutHopByHop(answer.headers))) {
    if (value !== undefined) res.setHeader(name, value)
  }
  // Followers wait for their first event, and want to know before that they are connected.
  res.flushHeaders()
  // When one side breaks, this cuts the other: half an answer must not look like a whole one.
  pipeline(answer, res, () => {})
}

function requestHeaders(req: Request, res: Response, self: RouteOwner): OutgoingHttpHeaders {
  const { host, expect: _handledHere, ...headers } = withoutHopByHop(req.headers)
  const from = req.socket.remoteAddress ?? ''
  const before = req.headers['x-forwarded-for']
  return {
    ...headers,
    'x-forwarded-for': before === undefined ? from : `${String(before)}, ${from}`,
    'x-forwarded-host': req.headers['x-forwarded-host'] ?? host,
    'x-forwarded-proto': req.headers['x-forwarded-proto'] ?? req.protocol,
    'x-request-id': requestIdOf(res),
    [forwardedHeader]: self,
  }
}

const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** RFC 9110 §7.6.1: these, and those that `Connection` names, concern one connection only. */
function withoutHopByHop(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const named = (headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase())
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !hopByHop.has(name) && !named.includes(name)),
  )
}
