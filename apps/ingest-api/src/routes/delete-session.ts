import { sessionCookie } from '@logboom/service'
import type { RequestHandler } from 'express'
import { endSession } from '../begin-session.ts'
import type { RegistryDeps } from '../registry-deps.ts'
import { requireSession } from '../require-session.ts'

export function deleteSessionRoute(deps: RegistryDeps): RequestHandler {
  return async (req, res) => {
    const { token } = await requireSession(deps, req)
    await endSession(deps, token)
    res.append('Set-Cookie', sessionCookie(req, { token: '', maxAgeSeconds: 0 }))
    res.status(204).end()
  }
}
