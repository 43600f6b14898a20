import type { RequestHandler } from 'express'
import type { QueryDeps } from '../query-deps.ts'

/** Public keys: verifiers may keep them as long as this process does. */
export function getJwksRoute({ tokens }: QueryDeps): RequestHandler {
  return async (_req, res) => {
    const jwks = await tokens.jwks()
    res.set('Cache-Control', 'public, max-age=300').json(jwks)
  }
}
