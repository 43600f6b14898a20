import { setTimeout as wait } from 'node:timers/promises'
import { CliError, exitCodes } from '../cli-error.ts'
import type { ChosenProfile } from '../profile/choose-profile.ts'
import { answerError } from './answer-error.ts'
import { connectionError } from './connection-error.ts'
import { trustCertificates } from './trust-certificates.ts'

/** Names may come often. */
export type Query = readonly (readonly [name: string, value: string])[]

/** A broker that is spoken to by one key. Everything that is thrown is a {@link CliError}. */
export interface Broker {
  readonly url: string
  get<T>(path: string, query?: Query): Promise<T>
  send<T>(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<T>
  /** A body that has no end yet. Only the beginning of the answer has a time limit. */
  open(path: string, options: OpenOptions): Promise<Response>
}

export interface OpenOptions {
  query: Query
  headers?: Record<string, string>
  signal?: AbortSignal
}

export interface BrokerOptions {
  /** Of an answer, or of the beginning of a stream. */
  timeoutMs?: number
}

interface Ask {
  method: string
  path: string
  query?: Query | undefined
  headers?: Record<string, string> | undefined
  body?: unknown
  signal: AbortSignal
}

const retriesMax = 3
const retryAfterMax = 5

export function openBroker(
  profile: Pick<ChosenProfile, 'url' | 'key' | 'ca'>,
  { timeoutMs = 60_000 }: BrokerOptions = {},
): Broker {
  const { url, ca } = profile
  if (ca !== undefined) trustCertificates(ca)

  async function call<T>(method: string, path: string, query?: Query, body?: unknown): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      const signal = AbortSignal.timeout(timeoutMs)
      const response = await ask(profile, { method, path, query, body, signal })
      if (response.ok) return readJson<T>(url, response)
      const pauseS = method === 'GET' && tries <= retriesMax ? retryAfter(response) : null
      if (pauseS === null) throw await answerError(url, response)
      await response.body?.cancel()
      await wait(pauseS * 1_000)
    }
  }

  return {
    url,
    get: (path, query) => call('GET', path, query),
    send: (method, path, body) => call(method, path, undefined, body),
    async open(path, { query, headers, signal }) {
      const late = new AbortController()
      const timer = setTimeout(() => late.abort(new DOMException('no answer', 'TimeoutError')), timeoutMs)
      try {
        const signals = AbortSignal.any([late.signal, ...(signal ? [signal] : [])])
        const response = await ask(profile, { method: 'GET', path, query, headers, signal: signals })
        if (response.ok) return response
        throw await answerError(url, response)
      } finally {
        clearTimeout(timer)
      }
    },
  }
}

async function ask({ url, key }: { url: string; key: string }, request: Ask): Promise<Response> {
  const { method, path, query = [], headers, body, signal } = request
  const sent = { Authorization: `Bearer ${key}`, ...headers }
  try {
    return await fetch(`${url}${path}${query.length > 0 ? `?${searchText(query)}` : ''}`, {
      method,
      // a key goes where it was meant to go, and nowhere else
      redirect: 'manual',
      headers: body === undefined ? sent : { ...sent, 'Content-Type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
      signal,
    })
  } catch (error) {
    throw connectionError(url, error)
  }
}

/** As it stands behind the `?`. */
export function searchText(query: Query): string {
  return new URLSearchParams(query.map(([...pair]) => pair)).toString()
}

/** Seconds to wait before the same again, when the broker is busy for a moment; null when it is no use. */
function retryAfter(response: Response): number | null {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
  const isBusy = response.status === 503 || response.status === 429
  return isBusy && seconds <= retryAfterMax ? seconds : null
}

async function readJson<T>(url: string, response: Response): Promise<T> {
  try {
    const text = await response.text()
    return JSON.parse(text === '' ? 'null' : text) as T // the API's own shapes, of libs/contracts
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new CliError(
        `what answers at ${url} is no Logboom broker: check the address`,
        exitCodes.unavailable,
      )
    throw connectionError(url, error)
  }
}
