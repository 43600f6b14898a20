import { Problem } from '@logboom/contracts'

/** A stored key as the credential look-ups give it, whatever its state. */
export interface PakRecord {
  pakId: string
  kind: 'admin' | 'agent' | 'reader'
  /** Of kind `agent` only. */
  agentId: string | null
  /** Hex SHA-256 of the long part. */
  longHash: string
  expiresAtMs: number | null
  revoked: boolean
  /** Of a reader: the agents it may read; null = all. */
  scopeAgents: string[] | null
  scopeNamespaces: string[] | null
  agentDeleted: boolean
  /** An admin has set it `INACTIVE`. */
  agentDisabled: boolean
  /** The agent's own overrides of the limits. */
  limits: Record<string, number>
  label: string
}

interface Caller {
  /** Null where an OIDC issuer vouches. */
  pakId: string | null
  /** Who it is, for the audit: `pak:<id>` or `oidc:<sub>`. */
  subject: string
  /** What people call it: the key's label, or a user's name; may be empty. */
  label: string
  /** When what was shown ends by itself; null = never. */
  expiresAtMs: number | null
  /** The hash of its session, where a browser is signed in. */
  session?: string
}

export interface AdminPrincipal extends Caller {
  kind: 'admin'
}

export interface AgentPrincipal extends Caller {
  kind: 'agent'
  agentId: string
  pakId: string
  limits: Record<string, number>
}

export interface ReaderPrincipal extends Caller {
  kind: 'reader'
  /** Null = all. */
  agents: string[] | null
  namespaces: string[] | null
}

export type Principal = AdminPrincipal | AgentPrincipal | ReaderPrincipal

/** A 401 with the challenge that RFC 6750 asks for; `detail` is for the client. */
export function unauthorized(
  detail: string,
  code: 'unauthorized' | 'token_expired' = 'unauthorized',
): Problem {
  return new Problem(code, detail, {
    headers: { 'WWW-Authenticate': 'Bearer realm="logboom", error="invalid_token"' },
  })
}

/**
 * Whom a key stands for at the time `nowMs`. The caller has compared the secret already.
 * @throws {Problem} 401 for a key that is revoked, expired, or whose agent is deleted; 403 for one whose agent is disabled
 */
export function principalOf(record: PakRecord, nowMs: number): Principal {
  const { pakId, limits, label, expiresAtMs } = record
  if (record.revoked) throw unauthorized('the credential was revoked')
  if (record.expiresAtMs !== null && record.expiresAtMs <= nowMs) {
    throw unauthorized('the credential has expired', 'token_expired')
  }
  const caller = { pakId, subject: `pak:${pakId}`, label, expiresAtMs }
  if (record.kind === 'admin') return { kind: 'admin', ...caller }
  if (record.kind === 'reader') {
    return { kind: 'reader', agents: record.scopeAgents, namespaces: record.scopeNamespaces, ...caller }
  }
  if (record.agentDeleted || record.agentId === null)
    throw unauthorized('the agent of this credential was deleted')
  // A 403 has an agent keep its lines and come again, as it would with a wrong key.
  if (record.agentDisabled) throw new Problem('forbidden', 'this agent is disabled; an admin can enable it')
  return { kind: 'agent', agentId: record.agentId, limits, ...caller }
}

/** @throws {Problem} 403 for anyone but an admin */
export function requireAdmin(principal: Principal): AdminPrincipal {
  if (principal.kind === 'admin') return principal
  throw new Problem('forbidden', 'this needs an admin credential')
}

/**
 * The agent that acts for itself. Logs are pushed by nobody else; where an admin may act for it, say `adminMay`.
 * @throws {Problem} 403 for another agent's id, for readers, and for admins unless told otherwise
 */
export function requireAgentSelf(principal: Principal, agentId: string): AgentPrincipal
export function requireAgentSelf(
  principal: Principal,
  agentId: string,
  options: { adminMay: true },
): AgentPrincipal | AdminPrincipal
export function requireAgentSelf(
  principal: Principal,
  agentId: string,
  { adminMay }: { adminMay: boolean } = { adminMay: false },
): AgentPrincipal | AdminPrincipal {
  if (principal.kind === 'agent' && principal.agentId === agentId) return principal
  if (principal.kind === 'admin' && adminMay) return principal
  throw new Problem('forbidden', 'this needs the credential of that agent')
}

/** Whether any entry of that agent may be shown to the caller; a reader's namespaces restrict further. */
export function canReadAgent(principal: Principal, agentId: string): boolean {
  if (principal.kind === 'admin') return true
  if (principal.kind === 'agent') return principal.agentId === agentId
  return principal.agents === null || principal.agents.includes(agentId)
}
