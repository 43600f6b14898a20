import type { IncomingHttpHeaders } from 'node:http'
import type { KubeHttp, KubeRequest } from './kube-http.ts'

export interface JsonAnswer {
  status: number
  headers: IncomingHttpHeaders
  /** Undefined when the body is no JSON, as a proxy’s page of apology is not. */
  value: unknown
}

/** A page of 500 pods of a megabyte each is more than etcd holds. */
const bodyBytesMax = 536_870_912
/** Between two chunks: a server that stops in the middle has forgotten us. */
const silenceMs = 60_000

/** Asks for one JSON document. Rejects when there is no whole answer. */
export async function readJson(
  http: KubeHttp,
  request: KubeRequest,
  signal: AbortSignal,
): Promise<JsonAnswer> {
  const { status, headers, body, discard } = await http.get(request, signal)
  const chunks: Uint8Array[] = []
  let bytes = 0
  const timer = setTimeout(discard, silenceMs)
  try {
    for await (const chunk of body) {
      timer.refresh()
      bytes += chunk.length
      if (bytes > bodyBytesMax) throw new Error('the answer of the API server is too large')
      chunks.push(chunk)
    }
  } finally {
    clearTimeout(timer)
  }
  return { status, headers, value: parseJson(Buffer.concat(chunks, bytes).toString()) }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
