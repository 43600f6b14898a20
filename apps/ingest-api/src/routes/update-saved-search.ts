import { Problem, UpdateSavedSearch } from '@logboom/contracts'
import { updateSavedSearch } from '@logboom/db'
import type { RequestHandler } from 'express'
import { pathId } from '../path-id.ts'
import { readJson } from '../read-json.ts'
import type { RegistryDeps } from '../registry-deps.ts'
import { noSuchSearch, requireChangeable } from '../search-access.ts'
import { searchNames } from '../search-names.ts'

export function updateSavedSearchRoute({ db, authenticator }: RegistryDeps): RequestHandler {
  return async (req, res) => {
    const principal = await authenticator.authenticate(req)
    const id = pathId(req, 'id', 'not_found')
    await requireChangeable(db, principal, id)
    const { query, ...fields } = await readJson(req, res, UpdateSavedSearch)
    const changes = { ...fields, ...(query !== undefined && { query: { query, ...searchNames(query) } }) }
    const saved = await updateSavedSearch(db, { id, subject: principal.subject, changes })
    if (saved === null) throw noSuchSearch()
    if (saved === 'taken') throw new Problem('conflict', 'its owner has another search under this name')
    res.json(saved)
  }
}
