import type { RequestHandler } from 'express'
import type { RegistryDeps } from '../registry-deps.ts'
import { sessionAnswer } from '../session-answer.ts'
import { requireSession } from '../require-session.ts'

/** What a page asks when it is opened: whether somebody is signed in, and with which CSRF token it may go on. */
export function getSessionRoute(deps: RegistryDeps): RequestHandler {
  return async (req, res) => {
    const { principal, token } = await requireSession(deps, req)
    res.json(sessionAnswer(principal, token, new Date(principal.expiresAtMs ?? 0)))
  }
}
