import { Agent as HttpAgent, request as httpRequest } from 'node:http'
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage, RequestOptions } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'

export interface BrokerRequest {
  method: 'GET' | 'POST'
  /** From `/api` on. */
  path: string
  headers: Record<string, string>
  body?: Buffer
}

export interface BrokerAnswer {
  status: number
  headers: IncomingHttpHeaders
  body: string
}

export interface BrokerClient {
  /** Rejects when there is no whole answer: no connection, a time-out, too many bytes. Redirects are answers. */
  send(request: BrokerRequest, signal: AbortSignal): Promise<BrokerAnswer>
  close(): void
}

export interface BrokerOptions {
  url: string
  /** From connecting to the last byte of the answer. */
  timeoutMs: number
  tls: { ca?: Buffer; cert?: Buffer; key?: Buffer }
  /** Through which, and for which hosts not. */
  proxy: { HTTPS_PROXY?: string | undefined; HTTP_PROXY?: string | undefined; NO_PROXY?: string | undefined }
}

/** The largest honest answer lists a thousand rejected entries. */
const answerBytesMax = 1_048_576

/** Speaks to the broker over kept connections. The global `fetch` would take neither a private CA nor a client certificate. */
export function createBrokerClient({ url, timeoutMs, tls, proxy }: BrokerOptions): BrokerClient {
  const base = new URL(url)
  const isHttps = base.protocol === 'https:'
  const pool = { keepAlive: true, maxSockets: 6, proxyEnv: proxy }
  const agent = isHttps ? new HttpsAgent({ ...pool, ...tls, minVersion: 'TLSv1.2' }) : new HttpAgent(pool)
  const prefix = base.pathname.replace(/\/+$/, '')
  const open = (options: RequestOptions) =>
    isHttps ? httpsRequest(base, options) : httpRequest(base, options)
  return {
    async send({ method, path, headers, body }, signal) {
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
      const length = body ? { 'Content-Length': body.length } : {}
      const sent = open({
        agent,
        method,
        path: prefix + path,
        headers: { ...headers, ...length },
        signal: deadline,
      })
      sent.end(body)
      const response = await responseOf(sent)
      return { status: response.statusCode ?? 0, headers: response.headers, body: await textOf(response) }
    },
    close: () => agent.destroy(),
  }
}

async function responseOf(request: ClientRequest): Promise<IncomingMessage> {
  const answered = Promise.withResolvers<IncomingMessage>()
  request.once('response', answered.resolve)
  // Not once: a socket may fail again after the answer, and an error without a listener would end the process.
  request.on('error', answered.reject)
  return answered.promise
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    // A response without an encoding set yields buffers, which its type does not say.
    bytes += chunk.length
    if (bytes > answerBytesMax) throw new Error('the answer is too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
