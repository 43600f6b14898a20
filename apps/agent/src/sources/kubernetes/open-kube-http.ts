import { Agent as HttpAgent, request as httpRequest } from 'node:http'
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { KubeAccess, KubeCredentials } from './kube-access.ts'
import type { KubeAnswer, KubeHttp, KubeRequest } from './kube-http.ts'
import { keepCredentials } from './keep-credentials.ts'

export interface KubeHttpOptions {
  /** Connections at a time; what is beyond waits for one. */
  socketsMax: number
  /** Told of each request as it is answered: its status, or `failed`. */
  onAnswer?: (outcome: number | 'failed') => void
}

/** Load balancers cut connections that were silent for a minute. */
const tcpKeepAliveMs = 30_000
const answerMsDefault = 30_000

/**
 * The API server over HTTP/1.1 connections that are kept, with the credentials of `access`: they are read again every
 * minute and after a 401, which then is asked once more. Node's own client, since `undici` alone takes 25 MiB.
 */
export function openKubeHttp(access: KubeAccess, { socketsMax, onAnswer }: KubeHttpOptions): KubeHttp {
  const credentials = keepCredentials(access)
  const pools = keepPools(access, socketsMax)

  async function send(
    request: KubeRequest,
    given: KubeCredentials,
    signal: AbortSignal,
  ): Promise<KubeAnswer> {
    const sent = open(access.server, {
      agent: pools.poolFor(given),
      path: access.server.pathname.replace(/\/+$/, '') + targetOf(request),
      headers: { Accept: request.accept ?? 'application/json', ...given.headers },
      signal,
    })
    try {
      const response = await responseOf(sent, request.answerMs ?? answerMsDefault)
      onAnswer?.(response.statusCode ?? 0)
      return answerOf(response)
    } catch (err) {
      onAnswer?.('failed')
      throw err
    }
  }

  return {
    async get(request, signal) {
      const given = await credentials.current()
      const answer = await send(request, given, signal)
      if (answer.status !== 401) return answer
      const renewed = await credentials.renewed(given)
      if (!renewed) return answer
      answer.discard()
      return send(request, renewed, signal)
    },
    async close() {
      pools.close()
    },
  }
}

function open(server: URL, options: RequestOptions): ClientRequest {
  return server.protocol === 'https:' ? httpsRequest(server, options) : httpRequest(server, options)
}

function targetOf({ path, query = {} }: KubeRequest): string {
  const pairs = Object.entries(query).map(([name, value]): [string, string] => [name, String(value)])
  return pairs.length === 0 ? path : `${path}?${new URLSearchParams(pairs).toString()}`
}

async function responseOf(request: ClientRequest, answerMs: number): Promise<IncomingMessage> {
  const answered = Promise.withResolvers<IncomingMessage>()
  const late = () => request.destroy(new Error(`the API server did not answer within ${answerMs} ms`))
  const timer = answerMs > 0 ? setTimeout(late, answerMs) : undefined
  request.once('response', answered.resolve)
  request.once('socket', (socket) => socket.setKeepAlive(true, tcpKeepAliveMs))
  // Not once: a socket may fail again after the answer, and an error without a listener would end the process.
  request.on('error', answered.reject)
  request.end()
  return answered.promise.finally(() => clearTimeout(timer))
}

function answerOf(response: IncomingMessage): KubeAnswer {
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: response,
    discard: () => void response.destroy(),
  }
}

interface Pools {
  poolFor(credentials: KubeCredentials): HttpAgent
  close(): void
}

/** One pool, until TLS asks for other certificates: then a new one, while what is open in the old one goes on. */
function keepPools({ server, proxyUrl }: KubeAccess, maxSockets: number): Pools {
  const proxyEnv = proxyUrl === null ? {} : { proxyEnv: { HTTP_PROXY: proxyUrl, HTTPS_PROXY: proxyUrl } }
  const shared = { keepAlive: true, maxSockets, maxFreeSockets: 8, ...proxyEnv }
  const pools = new Map<string, HttpAgent>()
  return {
    poolFor({ tls }) {
      const key = JSON.stringify(tls)
      const known = pools.get(key)
      if (known) return known
      for (const old of pools.values()) retire(old)
      const pool =
        server.protocol === 'https:'
          ? new HttpsAgent({ ...shared, ...tls, minVersion: 'TLSv1.2', ALPNProtocols: ['http/1.1'] })
          : new HttpAgent(shared)
      pools.set(key, pool)
      return pool
    },
    close() {
      for (const pool of pools.values()) pool.destroy()
    },
  }
}

/** Its idle connections are of no use any more; those in use end with their answers. */
function retire(pool: HttpAgent): void {
  pool.maxFreeSockets = 0
  for (const socket of Object.values(pool.freeSockets).flat()) socket?.destroy()
}
