import type { Session } from '@logboom/contracts'
import { csrfTokenOf } from '@logboom/service'
import type { Principal } from '@logboom/service'

/** What a page may know of its session. */
export function sessionAnswer(principal: Principal, token: string, expiresAt: Date): Session {
  return {
    csrf_token: csrfTokenOf(token),
    kind: principal.kind,
    agents:
      principal.kind === 'agent'
        ? [principal.agentId]
        : principal.kind === 'reader'
          ? principal.agents
          : null,
    namespaces: principal.kind === 'reader' ? principal.namespaces : null,
    label: principal.label,
    expires_at: expiresAt.toISOString(),
  }
}
