import type { ServerResponse } from 'node:http'

export function sendJson(res: ServerResponse, body: object, status = 200): void {
  res.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
}

export function sendStatus(res: ServerResponse, code: number, reason: string, message = reason): void {
  sendJson(res, statusObject(code, reason, message), code)
}

/** As the server says no, in a body and in an ERROR event. */
export function statusObject(code: number, reason: string, message = reason): object {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code }
}

/** The one field selector that is known here. */
export function nodeOf(query: URLSearchParams): string | null {
  return /^spec\.nodeName=(.+)$/.exec(query.get('fieldSelector') ?? '')?.[1] ?? null
}
