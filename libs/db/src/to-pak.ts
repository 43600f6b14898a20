import type { Pak } from '@logboom/contracts'
import type { PakModel } from './generated/models.ts'

/** A row of `paks` as the API shows it: never the hash. */
export function toPak(row: PakModel): Pak {
  return {
    id: row.id,
    kind: row.kind as Pak['kind'], // a check constraint holds it to these
    agent_id: row.agentId,
    short: row.short,
    label: row.label,
    scope_agents: scopeOf(row.scopeAgents),
    scope_namespaces: scopeOf(row.scopeNamespaces),
    created_at: row.createdAt.toISOString(),
    expires_at: row.expiresAt?.toISOString() ?? null,
    revoked_at: row.revokedAt?.toISOString() ?? null,
    last_used_at: row.lastUsedAt?.toISOString() ?? null,
  }
}

/** Prisma reads NULL (no restriction) as an empty list; an empty one is never written. */
export function scopeOf(list: string[]): string[] | null {
  return list.length > 0 ? list : null
}
