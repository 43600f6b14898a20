import { Problem } from '@logboom/contracts'
import { deleteDeadLetter } from '@logboom/db'
import { requireAdmin } from '@logboom/service'
import type { RequestHandler } from 'express'
import { pathId } from '../path-id.ts'
import type { RegistryDeps } from '../registry-deps.ts'

export function deleteDeadLetterRoute({ db, authenticator }: RegistryDeps): RequestHandler {
  return async (req, res) => {
    requireAdmin(await authenticator.authenticate(req))
    const id = pathId(req, 'id', 'not_found')
    if (!(await deleteDeadLetter(db, { id }))) throw new Problem('not_found')
    res.status(204).end()
  }
}
