import { Agent, request } from 'node:http'
import type { IncomingMessage, RequestOptions } from 'node:http'
import { addAbortSignal } from 'node:stream'

/** An answer that is no success. */
export class EngineError extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.name = 'EngineError'
    this.status = status
  }
}

export interface EngineHttp {
  /**
   * A body that comes as it is sent; one that is not read holds the engine back. Ends with an error when the connection
   * breaks or `signal` is aborted.
   * @throws {EngineError}
   */
  open(path: string, query: Record<string, string>, signal: AbortSignal): Promise<IncomingMessage>
  /**
   * @throws {EngineError}
   */
  readJson(path: string, query: Record<string, string>, signal: AbortSignal): Promise<EngineJson>
  close(): void
}

export interface EngineJson {
  content: unknown
  /** The engine's clock, in seconds since 1970; null where it does not tell. */
  atSeconds: number | null
}

const answerMsMax = 30_000
const answerBytesMax = 64 * 1_048_576

/** Speaks to a container engine at `unix:///path` or `tcp://host:port`. */
export function createEngineHttp(dockerHost: string): EngineHttp {
  const agent = new Agent({ keepAlive: true, keepAliveMsecs: 30_000, timeout: 0 })
  const where = { ...addressOf(dockerHost), agent }

  async function open(path: string, query: Record<string, string>, signal: AbortSignal) {
    const search = new URLSearchParams(query).toString()
    const answer = await ask({ ...where, path: search === '' ? path : `${path}?${search}`, signal })
    // The request lets go of its signal when it has been sent.
    addAbortSignal(signal, answer)
    const status = answer.statusCode ?? 0
    if (status === 200) return answer
    throw new EngineError(status, await faultOf(answer))
  }

  return {
    open,
    async readJson(path, query, signal) {
      const answer = await open(path, query, AbortSignal.any([signal, AbortSignal.timeout(answerMsMax)]))
      const atMs = Date.parse(answer.headers.date ?? '')
      const content: unknown = JSON.parse(await readText(answer))
      return { content, atSeconds: Number.isNaN(atMs) ? null : atMs / 1000 }
    },
    close: () => agent.destroy(),
  }
}

function addressOf(dockerHost: string): RequestOptions {
  if (dockerHost.startsWith('unix://')) return { socketPath: dockerHost.slice('unix://'.length) }
  const { hostname, port } = new URL(dockerHost.replace(/^tcp:/, 'http:'))
  return { host: hostname, port: port === '' ? 2375 : port }
}

function ask(options: RequestOptions): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  request({ ...options, headers: { Host: 'docker' } }, resolve)
    .on('error', reject)
    .end()
  return promise
}

async function readText(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > answerBytesMax) throw new Error('the answer of the engine is too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

/** `{"message":"…"}`, or whatever else it says. */
async function faultOf(answer: IncomingMessage): Promise<string> {
  const text = (await readText(answer)).slice(0, 1_000)
  try {
    const content: unknown = JSON.parse(text)
    if (typeof content === 'object' && content && 'message' in content) return String(content.message)
  } catch {
    // Not JSON.
  }
  return text
}
