import { Problem } from '@logboom/contracts'
import type { CredentialRequest } from './session-cookie.ts'

/**
 * Refuses what a page of another origin makes a browser send. Browsers say where a request comes from, and no page can
 * make them say something else; other clients say nothing, and carry nobody's cookies.
 * @throws {Problem} 403
 */
export function requireSameOrigin(req: CredentialRequest): void {
  if (!isSameOrigin(req)) throw new Problem('foreign_origin')
}

function isSameOrigin({ headers }: CredentialRequest): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin'
  // Over plain http, but for localhost, browsers send this alone. On an upgrade they always do.
  const { origin } = headers
  if (origin === undefined) return headers.upgrade === undefined
  if (!URL.canParse(origin)) return false
  const { protocol, host } = new URL(origin)
  return [headers.host, ...listOf(headers['x-forwarded-host'])].some(
    (own) => own !== undefined && hostOf(`${protocol}//${own}`) === host,
  )
}

/** Of whatever stands between; a page cannot set it on another's request. */
function listOf(header: string | string[] | undefined): string[] {
  return String(header ?? '')
    .split(',')
    .map((host) => host.trim())
    .filter(Boolean)
}

/** Without the port where it is the scheme's own. */
function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).host : undefined
}
