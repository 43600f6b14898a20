import { ApiProblem, readProblem } from './api-problem.ts'

const base = '/api/v1'

/** The session's, which requests that change something must carry beside its cookie. */
let csrfToken: string | undefined

export function rememberCsrfToken(token: string | undefined): void {
  csrfToken = token
}

export interface RequestOptions {
  signal?: AbortSignal | undefined
  headers?: Record<string, string>
}

/** `path` is below /api/v1. @throws {ApiProblem} */
export async function getJson<T>(path: string, options: RequestOptions = {}): Promise<T> {
  return readJson(await send('GET', path, undefined, options))
}

/** @throws {ApiProblem} */
export async function sendJson<T>(
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
  options: RequestOptions = {},
): Promise<T> {
  return readJson(await send(method, path, body, options))
}

/** An answer whose body is read as it comes. @throws {ApiProblem} */
export async function openStream(path: string, options: RequestOptions = {}): Promise<Response> {
  return send('GET', path, undefined, {
    ...options,
    headers: { ...options.headers, Accept: 'text/event-stream' },
  })
}

async function send(method: string, path: string, body: unknown, options: RequestOptions): Promise<Response> {
  const headers = new Headers({ Accept: 'application/json', ...options.headers })
  if (body !== undefined) headers.set('Content-Type', 'application/json')
  if (method !== 'GET' && csrfToken !== undefined) headers.set('X-CSRF-Token', csrfToken)
  const response = await fetch(`${base}${path}`, {
    method,
    headers,
    credentials: 'same-origin',
    signal: options.signal ?? null,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch((error: unknown) => {
    throw options.signal?.aborted ? error : new ApiProblem(0, 'network_down', 'The server cannot be reached.')
  })
  if (!response.ok) throw await readProblem(response)
  return response
}

/** The shape is the contract's, which the API's own tests hold it to: it is not checked again here. */
async function readJson<T>(response: Response): Promise<T> {
  const text = await response.text()
  // nothing follows a 204; whoever expects nothing reads nothing
  return (text === '' ? undefined : JSON.parse(text)) as T
}
