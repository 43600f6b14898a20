import { Problem } from '@logboom/contracts'
import { deleteRetentionClass } from '@logboom/db'
import { requireAdmin } from '@logboom/service'
import type { RequestHandler } from 'express'
import { pathName } from '../path-name.ts'
import type { RegistryDeps } from '../registry-deps.ts'

/** Lines that have the class keep it, and are kept as long as it says. */
export function deleteRetentionClassRoute({ db, authenticator }: RegistryDeps): RequestHandler {
  return async (req, res) => {
    requireAdmin(await authenticator.authenticate(req))
    const outcome = await deleteRetentionClass(db.pool, pathName(req))
    if (outcome === 'not_found') throw new Problem('not_found', 'there is no such retention class')
    if (outcome === 'in_use')
      throw new Problem('conflict', 'the retention class is the default or is assigned')
    res.status(204).end()
  }
}
