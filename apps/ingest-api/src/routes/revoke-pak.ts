import { Problem } from '@logboom/contracts'
import { revokePak } from '@logboom/db'
import { requireAdmin } from '@logboom/service'
import type { RequestHandler } from 'express'
import { pathId } from '../path-id.ts'
import type { RegistryDeps } from '../registry-deps.ts'

/** Revokes a key of any kind, an agent's too. */
export function revokePakRoute({ db, authenticator, credentials }: RegistryDeps): RequestHandler {
  return async (req, res) => {
    requireAdmin(await authenticator.authenticate(req))
    const id = pathId(req, 'pak_id', 'not_found')
    const outcome = await revokePak(db, { id })
    if (outcome === 'not_found') throw new Problem('not_found', 'there is no such key')
    if (outcome === 'last_admin')
      throw new Problem('conflict', 'this is the last admin key that works: issue another one first')
    credentials.revoke([id])
    res.status(204).end()
  }
}
