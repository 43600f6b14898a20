import type { IncomingHttpHeaders } from 'node:http'

export interface KubeRequest {
  /** From `/api` on, its parts encoded. */
  path: string
  query?: Record<string, string | number | boolean>
  accept?: string
}

export interface KubeAnswer {
  status: number
  headers: IncomingHttpHeaders
  /** Comes as it is sent: for a watch or a log that is followed it never ends by itself. Rejects when the connection breaks. */
  body: AsyncIterable<Uint8Array>
}

/** The API server, over connections that are kept. */
export interface KubeHttp {
  /** Rejects when there is no answer; every status is an answer. Aborting `signal` also ends a body that is being read. */
  get(request: KubeRequest, signal: AbortSignal): Promise<KubeAnswer>
  close(): Promise<void>
}
