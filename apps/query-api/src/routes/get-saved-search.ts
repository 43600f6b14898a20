import { Problem } from '@logboom/contracts'
import { findSavedSearch } from '@logboom/db'
import type { RequestHandler } from 'express'
import { NoQuery } from '../list-queries.ts'
import { parseQuery } from '../parse-query.ts'
import type { QueryDeps } from '../query-deps.ts'
import { readScopeOf } from '../read-scope.ts'
import { pathId } from '../readable-subjects.ts'

export function getSavedSearchRoute({ db, authenticator }: QueryDeps): RequestHandler {
  return async (req, res) => {
    const principal = await authenticator.authenticate(req)
    const id = pathId(req, 'id', 'not_found')
    parseQuery(req.query, NoQuery)
    const viewer = {
      subject: principal.subject,
      scope: readScopeOf(principal),
      all: principal.kind === 'admin',
    }
    const search = await findSavedSearch(db, viewer, id)
    if (!search) throw new Problem('not_found', 'there is no such saved search')
    res.json(search)
  }
}
