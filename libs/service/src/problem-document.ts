import type { Problem } from '@logboom/contracts'

/** The RFC 9457 document of a problem, as JSON text. */
export function problemDocument(problem: Problem, requestId: string): string {
  const { code, title, status, message: detail, members } = problem
  const standard = { type: `urn:logboom:problem:${code}`, title, status, detail, code, request_id: requestId }
  // Twice: first in order, and not to be overridden.
  return JSON.stringify({ ...standard, ...members, ...standard })
}
