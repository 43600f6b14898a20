/**
 * Every error that a client can meet, in one place: a stable code, its HTTP status and its title (RFC 9457).
 * Adding an error means adding a line here; nothing else decides a status.
 */
export const problemCatalogue = {
  bad_request: { status: 400, title: 'The request cannot be understood' },
  malformed_json: { status: 400, title: 'The body is not valid JSON' },
  invalid_parameter: { status: 400, title: 'A query parameter has a bad value' },
  unknown_parameter: { status: 400, title: 'A query parameter does not exist' },
  invalid_cursor: { status: 400, title: 'The cursor was not issued by this API or has other filters' },
  corrupt_encoding: { status: 400, title: 'The body does not decompress' },
  unauthorized: { status: 401, title: 'A valid credential is needed' },
  token_expired: { status: 401, title: 'The credential has expired' },
  sign_in_failed: { status: 401, title: 'The sign-in did not succeed' },
  forbidden: { status: 403, title: 'This credential may not do that' },
  csrf_token_missing: { status: 403, title: 'A request with a session cookie needs its CSRF token' },
  foreign_origin: { status: 403, title: 'The request comes from a page of another origin' },
  not_found: { status: 404, title: 'There is no such thing' },
  agent_not_found: { status: 404, title: 'There is no such agent' },
  deployment_object_not_found: { status: 404, title: 'There is no such deployment object' },
  work_order_not_found: { status: 404, title: 'There is no such work order' },
  entry_not_found: { status: 404, title: 'There is no such entry' },
  method_not_allowed: { status: 405, title: 'This route does not take that method' },
  request_timeout: { status: 408, title: 'The request did not arrive in time' },
  conflict: { status: 409, title: 'It exists already or is in use' },
  request_in_progress: { status: 409, title: 'The same batch is being accepted right now' },
  too_many_entries: { status: 413, title: 'The batch has too many entries' },
  payload_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'This content type is not understood' },
  unsupported_encoding: { status: 415, title: 'This content encoding is not understood' },
  invalid_body: { status: 422, title: 'The body does not have the expected shape' },
  all_entries_rejected: { status: 422, title: 'No entry of the batch is valid' },
  idempotency_key_reused: { status: 422, title: 'The idempotency key belongs to another body' },
  upgrade_required: { status: 426, title: 'This route speaks WebSocket' },
  too_many_requests: { status: 429, title: 'Too many requests' },
  headers_too_large: { status: 431, title: 'The headers are too large' },
  internal_error: { status: 500, title: 'Something went wrong on our side' },
  peer_unavailable: { status: 502, title: 'The service that owns this route is not reachable' },
  overloaded: { status: 503, title: 'The broker takes no more for now' },
  unavailable: { status: 503, title: 'A part that this needs is away' },
  query_timeout: { status: 503, title: 'The query took too long' },
} as const satisfies Record<string, { status: number; title: string }>

export type ProblemCode = keyof typeof problemCatalogue

export interface ProblemExtra {
  /** Response headers, such as `Retry-After`. */
  headers?: Record<string, string>
  /** Further members of the problem document, such as the limit that was passed. */
  members?: Record<string, unknown>
  /** For our own log; never shown to the client. */
  cause?: unknown
}

/** An error whose `message` is safe for the client. Whatever else is thrown becomes a bare 500. */
export class Problem extends Error {
  readonly code: ProblemCode
  readonly status: number
  readonly title: string
  readonly headers: Record<string, string>
  readonly members: Record<string, unknown>

  constructor(code: ProblemCode, detail?: string, extra: ProblemExtra = {}) {
    super(detail ?? problemCatalogue[code].title, { cause: extra.cause })
    this.name = 'Problem'
    this.code = code
    this.status = problemCatalogue[code].status
    this.title = problemCatalogue[code].title
    this.headers = extra.headers ?? {}
    this.members = extra.members ?? {}
  }
}
