import { SignIn } from '@logboom/contracts'
import { requireSameOrigin } from '@logboom/service'
import type { RequestHandler } from 'express'
import { beginSession } from '../begin-session.ts'
import { readJson } from '../read-json.ts'
import type { RegistryDeps } from '../registry-deps.ts'

/**
 * Signs a browser in by a PAK. No page of another origin can make a browser sign in, with a key of its own choice: it can
 * send no JSON, nor `Authorization`, and the browser says where the request comes from.
 */
export function createSessionRoute(deps: RegistryDeps): RequestHandler {
  return async (req, res) => {
    requireSameOrigin(req)
    const { pak } = await readJson(req, res, SignIn)
    const credential = pak ?? req.get('authorization')?.replace(/^bearer +/i, '') ?? ''
    // Not by a token: its session would outlive it.
    const principal = await deps.authenticator.authenticatePak(req, credential)
    const owner = { pakId: principal.pakId ?? '' }
    res.status(201).json(await beginSession(deps, { req, res, principal, owner }))
  }
}
