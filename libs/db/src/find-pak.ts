import type { Database } from './open-database.ts'
import { scopeOf } from './to-pak.ts'

/** A stored key with all that decides what it may do, whatever its state. */
export interface FoundPak {
  pakId: string
  kind: 'admin' | 'agent' | 'reader'
  /** Of kind `agent` only. */
  agentId: string | null
  /** Hex SHA-256 of the long part. */
  longHash: string
  expiresAtMs: number | null
  revoked: boolean
  /** Of a reader; null = all. */
  scopeAgents: string[] | null
  scopeNamespaces: string[] | null
  agentDeleted: boolean
  agentDisabled: boolean
  /** The agent's own overrides of the limits. */
  limits: Record<string, number>
  label: string
}

/** By its short part, as it was sent, or by its id (a UUID), as a token of ours names it. */
export async function findPak(
  db: Database,
  by: { short: string } | { id: string },
): Promise<FoundPak | null> {
  const row = await db.prisma.pak.findUnique({
    where: by,
    include: { agent: { select: { deletedAt: true, status: true, limits: true } } },
  })
  if (!row) return null
  return {
    pakId: row.id,
    kind: row.kind as FoundPak['kind'], // a check constraint holds it to these
    agentId: row.agentId,
    longHash: row.longHash,
    expiresAtMs: row.expiresAt?.getTime() ?? null,
    revoked: row.revokedAt !== null,
    scopeAgents: scopeOf(row.scopeAgents),
    scopeNamespaces: scopeOf(row.scopeNamespaces),
    agentDeleted: row.agent ? row.agent.deletedAt !== null : false,
    agentDisabled: row.agent?.status === 'INACTIVE',
    limits: (row.agent?.limits ?? {}) as FoundPak['limits'], // written by create-agent and update-agent only
    label: row.label,
  }
}
