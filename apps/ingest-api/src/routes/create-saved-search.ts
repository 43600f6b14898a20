import { CreateSavedSearch, Problem, savedSearchesMax } from '@logboom/contracts'
import { insertSavedSearch } from '@logboom/db'
import type { RequestHandler } from 'express'
import { readJson } from '../read-json.ts'
import type { RegistryDeps } from '../registry-deps.ts'
import { requireSearcher } from '../search-access.ts'
import { searchNames } from '../search-names.ts'

export function createSavedSearchRoute({ db, authenticator }: RegistryDeps): RequestHandler {
  return async (req, res) => {
    const { subject: owner, pakId } = requireSearcher(await authenticator.authenticate(req))
    const search = await readJson(req, res, CreateSavedSearch)
    const saved = await insertSavedSearch(db, { ...search, ...searchNames(search.query), owner, pakId })
    if (saved === 'taken') throw new Problem('conflict', 'you have saved another search under this name')
    if (saved === 'too_many')
      throw new Problem('conflict', `you have saved ${savedSearchesMax} searches: delete one first`)
    res.status(201).location(`/api/v1/saved-searches/${saved.id}`).json(saved)
  }
}
