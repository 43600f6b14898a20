import { deleteSavedSearch } from '@logboom/db'
import type { RequestHandler } from 'express'
import { pathId } from '../path-id.ts'
import type { RegistryDeps } from '../registry-deps.ts'
import { noSuchSearch, requireChangeable } from '../search-access.ts'

export function deleteSavedSearchRoute({ db, authenticator }: RegistryDeps): RequestHandler {
  return async (req, res) => {
    const principal = await authenticator.authenticate(req)
    const id = pathId(req, 'id', 'not_found')
    await requireChangeable(db, principal, id)
    if (!(await deleteSavedSearch(db, id))) throw noSuchSearch()
    res.status(204).end()
  }
}
