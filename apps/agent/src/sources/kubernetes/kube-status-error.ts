import { readRetryAfter } from '../../shipper/retry-after.ts'
import type { JsonAnswer } from './read-json.ts'

/** An answer that is not the one that was hoped for. */
export class KubeStatusError extends Error {
  readonly status: number
  /** What the server asks for; null for nothing. */
  readonly retryAfterMs: number | null

  constructor({ status, headers }: Pick<JsonAnswer, 'status' | 'headers'>) {
    super(`the API server answered ${status}`)
    this.name = 'KubeStatusError'
    this.status = status
    this.retryAfterMs = readRetryAfter(headers)
  }
}
