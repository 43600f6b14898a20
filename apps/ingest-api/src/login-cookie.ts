import { cookieNameOf, cookieOf, isHttps, setCookieLine } from '@logboom/service'
import type { Request } from 'express'

/** What a browser brings back from the issuer. `Lax`, for it comes from another site then. */
export function loginCookie(req: Request, cookie: { value: string; maxAgeSeconds: number }): string {
  const isSecure = isHttps(req)
  return setCookieLine(cookieNameOf('oidc', isSecure), { ...cookie, isSecure, sameSite: 'Lax' })
}

export function readLoginCookie(req: Request): string | undefined {
  return cookieOf(req.headers.cookie, cookieNameOf('oidc', isHttps(req)))
}
