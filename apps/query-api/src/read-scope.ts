import type { ReadScope } from '@logboom/db'
import type { Principal } from '@logboom/service'

/** What a caller may read, as the database is asked for it. */
export function readScopeOf(principal: Principal): ReadScope {
  switch (principal.kind) {
    case 'admin':
      return { agents: null, namespaces: null }
    case 'agent':
      return { agents: [principal.agentId], namespaces: null }
    case 'reader':
      return { agents: principal.agents, namespaces: principal.namespaces }
  }
}
