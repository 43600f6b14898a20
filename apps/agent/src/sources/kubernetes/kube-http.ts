import type { IncomingHttpHeaders } from 'node:http'

export interface KubeRequest {
  /** From `/api` on, its parts encoded. */
  path: string
  query?: Record<string, string | number | boolean>
  accept?: string
  /**
   * Until the head of the answer; default 30 s, 0 = for ever. The kubelet sends the head of a followed log together with
   * its first line: whoever follows a quiet container must be ready to wait for ever.
   */
  answerMs?: number
}

export interface KubeAnswer {
  status: number
  headers: IncomingHttpHeaders
  /**
   * Comes as it is sent: for a watch or a log that is followed it never ends by itself. Rejects when the connection
   * breaks. Read it to its end, or leave it by `break` or `discard`: until then it holds its connection.
   */
  body: AsyncIterable<Uint8Array>
  /** Ends the body unread, and its connection with it. */
  discard(): void
}

/** The API server, over connections that are kept. */
export interface KubeHttp {
  /** Rejects when there is no answer; every status is an answer. Aborting `signal` also ends a body that is being read. */
  get(request: KubeRequest, signal: AbortSignal): Promise<KubeAnswer>
  close(): Promise<void>
}
