import { listSavedSearches } from '@logboom/db'
import { requireAdmin } from '@logboom/service'
import type { RequestHandler } from 'express'
import { answerList, byCreation } from '../answer-list.ts'
import { SavedSearchesQuery } from '../list-queries.ts'
import type { QueryDeps } from '../query-deps.ts'
import { readScopeOf } from '../read-scope.ts'

export function listSavedSearchesRoute(deps: QueryDeps): RequestHandler {
  return answerList(deps, {
    name: 'saved_searches',
    query: SavedSearchesQuery,
    async list({ principal, query, page }) {
      const all = query.all === 'true'
      if (all) requireAdmin(principal)
      const viewer = { subject: principal.subject, scope: readScopeOf(principal), all }
      return listSavedSearches(deps.db, viewer, page)
    },
    positionOf: byCreation,
  })
}
