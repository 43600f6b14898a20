import type { IncomingHttpHeaders } from 'node:http'
import { parseTimestamp, Problem, pushHeaders } from '@logboom/contracts'

/** The sender's clock, microseconds since 1970; null when it said nothing. @throws {Problem} 422 */
export function sentAtOf(headers: IncomingHttpHeaders): number | null {
  const text = headers[pushHeaders.sentAt]
  return typeof text === 'string' && text !== '' ? readSentAt(text) : null
}

/** @throws {Problem} 422 */
export function readSentAt(text: string): number {
  const time = parseTimestamp(text)
  if (!time) throw new Problem('invalid_body', 'sent_at must be an RFC 3339 time.')
  return time.us
}
