/** The problem documents of the API (RFC 9457), as errors; and what became of requests that got no answer. */
export class ApiProblem extends Error {
  readonly status: number
  /** Stable, from the API's catalogue; `network_down` and `not_json` are the explorer's own. */
  readonly code: string
  readonly requestId: string | undefined
  /** Of a query parameter that is at fault. */
  readonly parameter: string | undefined
  /** After how long it is worth trying again, where the API says so. */
  readonly retryAfterMs: number | undefined

  constructor(status: number, code: string, detail: string, more: ProblemMore = {}) {
    super(detail)
    this.name = 'ApiProblem'
    this.status = status
    this.code = code
    this.requestId = more.requestId
    this.parameter = more.parameter
    this.retryAfterMs = more.retryAfterMs
  }
}

interface ProblemMore {
  requestId?: string | undefined
  parameter?: string | undefined
  retryAfterMs?: number | undefined
}

/** What an answer that is not 2xx says, whoever has given it: a proxy in between answers with HTML. */
export async function readProblem(response: Response): Promise<ApiProblem> {
  const text = await response.text().catch(() => '')
  const document = parseObject(text)
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
  return new ApiProblem(
    response.status,
    textOf(document.code) ?? 'not_json',
    textOf(document.detail) ?? textOf(document.title) ?? `The server answered ${response.status}.`,
    {
      requestId: textOf(document.request_id),
      parameter: textOf(document.parameter),
      retryAfterMs: Number.isFinite(seconds) ? seconds * 1000 : undefined,
    },
  )
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    // checked on this very line
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
