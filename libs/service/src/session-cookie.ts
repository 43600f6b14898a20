import { createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { Problem } from '@logboom/contracts'
import { cookieOf, setCookieLine } from './cookies.ts'

/** What of a request says who sends it: Express' requests, and those of an upgrade to WebSocket. */
export type CredentialRequest = Pick<IncomingMessage, 'headers' | 'method' | 'socket' | 'url'> & {
  /** The client's address where a proxy stands before us. */
  ip?: string | undefined
}

/** Browsers keep a `__Host-` cookie only from this very host over https: no neighbour can plant one. */
export function cookieNameOf(name: 'session' | 'oidc', isSecure: boolean): string {
  return `${isSecure ? '__Host-' : ''}logboom_${name}`
}

/** The session's token of a request; over https only the cookie that nobody else can have set. */
export function sessionTokenOf(req: CredentialRequest): string | undefined {
  return cookieOf(req.headers.cookie, cookieNameOf('session', isHttps(req)))
}

/** The `Set-Cookie` line that signs in, or out with a token of '' and no time. */
export function sessionCookie(
  req: CredentialRequest,
  { token, maxAgeSeconds }: { token: string; maxAgeSeconds: number },
): string {
  const isSecure = isHttps(req)
  const name = cookieNameOf('session', isSecure)
  return setCookieLine(name, { value: token, maxAgeSeconds, isSecure, sameSite: 'Strict' })
}

/**
 * Whether the browser speaks https. What a proxy says is believed from anybody here: no page can make another's browser
 * say it, and who lies about itself only gets a cookie that it cannot use. So both APIs, one behind the other, agree.
 */
export function isHttps({ headers, socket }: CredentialRequest): boolean {
  if ('encrypted' in socket && socket.encrypted === true) return true
  return (
    String(headers['x-forwarded-proto'] ?? '')
      .split(',')[0]
      ?.trim()
      .toLowerCase() === 'https'
  )
}

/** What a page must send back with what changes something. It follows from the token, which no page can read. */
export function csrfTokenOf(sessionToken: string): string {
  return createHmac('sha256', sessionToken).update('logboom csrf token').digest('base64url')
}

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Whether it can only read. */
export function isSafe({ method }: CredentialRequest): boolean {
  return safeMethods.has(method ?? '')
}

/** @throws {Problem} 403 when a request that may change something has no, or a wrong, `X-CSRF-Token` */
export function requireCsrfToken(req: CredentialRequest, sessionToken: string): void {
  if (isSafe(req)) return
  const given = Buffer.from(String(req.headers['x-csrf-token'] ?? ''))
  const wanted = Buffer.from(csrfTokenOf(sessionToken))
  if (given.length === wanted.length && timingSafeEqual(given, wanted)) return
  throw new Problem('csrf_token_missing', 'send the session’s csrf_token as X-CSRF-Token')
}
