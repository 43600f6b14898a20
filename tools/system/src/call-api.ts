export interface Answer {
  status: number
  headers: Headers
  /** Parsed JSON of whatever shape; empty when the answer has no body. */
  body: Record<string, unknown>
  tookMs: number
}

export interface Call {
  /** A key, or null for none. */
  as: string | null
  body?: unknown
  headers?: Record<string, string>
  timeoutMs?: number
}

/** One request with JSON on both ways. Rejects when there is no answer within the time (default 10 s). */
export async function callApi(method: string, url: string, call: Call): Promise<Answer> {
  const { as, body, headers, timeoutMs = 10_000 } = call
  const startedMs = performance.now()
  const response = await fetch(url, {
    method,
    signal: AbortSignal.timeout(timeoutMs),
    body: body === undefined ? null : JSON.stringify(body),
    headers: {
      ...(as !== null && { Authorization: `Bearer ${as}` }),
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
      ...headers,
    },
  })
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    body: text ? JSON.parse(text) : {},
    tookMs: Math.round(performance.now() - startedMs),
  }
}

/** The same, where nothing but success will do. */
export async function callOk(method: string, url: string, call: Call): Promise<Answer['body']> {
  const { status, body } = await callApi(method, url, call)
  if (status >= 300) throw new Error(`${method} ${url} answered ${status}: ${JSON.stringify(body)}`)
  return body
}
