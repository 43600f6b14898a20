import type { RequestHandler } from 'express'

/** Lets pages of the listed origins read answers; their credential travels in a header, never in a cookie. */
export function allowOrigins(origins: readonly string[]): RequestHandler {
  const allowed = new Set(origins.map((origin) => new URL(origin).origin))
  return (req, res, next) => {
    if (allowed.size > 0) res.vary('Origin')
    const origin = req.get('origin')
    if (origin === undefined || !allowed.has(origin)) return next()
    res.set({
      'Access-Control-Allow-Origin': origin,
      'Access-Control-Expose-Headers': 'X-Request-Id, Retry-After, Content-Disposition',
    })
    if (req.method !== 'OPTIONS' || req.get('access-control-request-method') === undefined) return next()
    res.set({
      'Access-Control-Allow-Methods': 'GET, POST, PUT, PATCH, DELETE',
      'Access-Control-Allow-Headers': 'Authorization, Content-Type',
      'Access-Control-Max-Age': '600',
    })
    res.status(204).end()
  }
}
