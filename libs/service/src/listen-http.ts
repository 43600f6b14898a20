import { randomUUID } from 'node:crypto'
import { STATUS_CODES, createServer } from 'node:http'
import type { RequestListener, Server, ServerOptions, ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { isIP } from 'node:net'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { Problem } from '@logboom/contracts'
import type { ProblemCode } from '@logboom/contracts'
import type { Lifecycle } from './lifecycle.ts'
import { answerUpgrades } from './upgrades.ts'
import { problemDocument } from './problem-document.ts'

export interface ListenOptions {
  /** 0 = any free port. */
  port: number
  host: string
  tls?: { cert: string | Buffer; key: string | Buffer } | undefined
  /** For the headers of a request to arrive. */
  headersTimeoutMs?: number
  /** For a whole request to arrive: 32 MiB at 2 Mbit/s. */
  requestTimeoutMs?: number
  /** Of an idle connection; longer than the usual 60 s of load balancers, which otherwise meet a closing socket. */
  keepAliveMs?: number
  headerBytesMax?: number
  /** Whether the app answers requests for another protocol, too (`takeOver`); otherwise they are requests like any other. */
  upgrades?: boolean
  /** For requests in flight when the service stops; then their connections are cut. */
  drainMs?: number
}

/**
 * Listens, and closes with the lifecycle: no new connections, requests in flight are answered, then what is left is cut.
 * Streams without an end (followers) should end on `life.signal`.
 * @throws when the port cannot be had
 */
export async function listenHttp(
  life: Lifecycle,
  name: string,
  app: RequestListener,
  options: ListenOptions,
): Promise<{ port: number; server: Server; url: string }> {
  const server = openServer(options)
  const unanswered = new Set<ServerResponse>()
  server.on('request', (req, res) => {
    unanswered.add(res)
    res.once('close', () => unanswered.delete(res))
    if (life.stopping) res.setHeader('Connection', 'close')
    app(req, res)
  })
  if (options.upgrades) server.on('upgrade', answerUpgrades(app))
  server.on('clientError', answerBadBytes)
  const listening = Promise.withResolvers<void>()
  server.once('error', listening.reject)
  server.listen(options.port, options.host, listening.resolve)
  await listening.promise
  life.onClose(name, () => drain(server, unanswered, options.drainMs ?? 10_000))
  const { port } = addressOf(server)
  const host = isIP(options.host) === 6 ? `[${options.host}]` : options.host
  return { port, server, url: `${options.tls ? 'https' : 'http'}://${host}:${port}` }
}

function openServer(options: ListenOptions): Server {
  const { headersTimeoutMs = 10_000, requestTimeoutMs = 120_000, keepAliveMs = 65_000 } = options
  const settings: ServerOptions = {
    headersTimeout: headersTimeoutMs,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: keepAliveMs,
    maxHeaderSize: options.headerBytesMax ?? 16_384,
    // How often the two timeouts are looked at; Node's 30 s would let a slow client have four times its due.
    connectionsCheckingInterval: Math.min(2_000, headersTimeoutMs),
  }
  return options.tls ? createTlsServer({ ...settings, ...options.tls }) : createServer(settings)
}

function drain(server: Server, unanswered: ReadonlySet<ServerResponse>, drainMs: number): Promise<void> {
  const closed = Promise.withResolvers<void>()
  // Told in time, a client does not send its next request into a connection that is about to be closed.
  for (const res of unanswered) if (!res.headersSent) res.setHeader('Connection', 'close')
  // close() ends only connections that are idle now; those that become idle later would keep it waiting for 65 s.
  const sweep = setInterval(() => server.closeIdleConnections(), 50)
  const cut = setTimeout(() => server.closeAllConnections(), drainMs)
  server.close(() => {
    clearInterval(sweep)
    clearTimeout(cut)
    closed.resolve()
  })
  return closed.promise
}

/** By the error that Node met. A slow request gets the 408 that makes clients come again. */
const badBytesCodes: Record<string, ProblemCode> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
  HPE_HEADER_OVERFLOW: 'headers_too_large',
}

/** Bytes that never became a request get a problem document too. */
function answerBadBytes(err: Error & { code?: string }, socket: Duplex): void {
  if (err.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const problem = new Problem(badBytesCodes[err.code ?? ''] ?? 'bad_request')
  const body = problemDocument(problem, randomUUID())
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    'Connection: close',
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}

function addressOf(server: Server): AddressInfo {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no TCP address')
  return address
}
