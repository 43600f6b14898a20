import { Problem } from '@logboom/contracts'
import { findSavedSearch } from '@logboom/db'
import type { Database } from '@logboom/db'
import type { AdminPrincipal, Principal, ReaderPrincipal } from '@logboom/service'

/** @throws {Problem} 403 for agents, which send lines and look for none */
export function requireSearcher(principal: Principal): AdminPrincipal | ReaderPrincipal {
  if (principal.kind !== 'agent') return principal
  throw new Problem('forbidden', 'this needs the credential of a reader or an admin')
}

/**
 * Whoever may change a saved search: its owner, and admins.
 * @throws {Problem} 404 for one that does not exist or that others have for themselves, 403 for a shared one
 */
export async function requireChangeable(db: Database, principal: Principal, id: string): Promise<void> {
  const { kind, subject } = requireSearcher(principal)
  const search = await findSavedSearch(
    db,
    { subject, scope: { agents: null, namespaces: null }, all: true },
    id,
  )
  if (search && (search.own || kind === 'admin')) return
  if (search?.shared) throw new Problem('forbidden', 'only its owner or an admin may change it')
  throw noSuchSearch()
}

export function noSuchSearch(): Problem {
  return new Problem('not_found', 'there is no such saved search')
}
