import type { Pak } from '@logboom/contracts'
import type { Database } from './open-database.ts'
import { toPak } from './to-pak.ts'

export interface NewPak {
  kind: Pak['kind']
  /** For kind `agent`, and only then. */
  agentId?: string
  short: string
  /** Hex SHA-256 of the long part. */
  longHash: string
  label: string
  expiresAt?: Date | undefined
  /** Of a reader; left out = unrestricted. Never empty. */
  scopeAgents?: string[] | undefined
  scopeNamespaces?: string[] | undefined
}

/** Stores a new key; null when its agent does not exist or is deleted. */
export async function insertPak(db: Database, pak: NewPak & { agentId?: never }): Promise<Pak>
export async function insertPak(db: Database, pak: NewPak): Promise<Pak | null>
export async function insertPak(db: Database, pak: NewPak): Promise<Pak | null> {
  if (pak.agentId !== undefined) {
    const agent = await db.prisma.agent.findFirst({
      where: { id: pak.agentId, deletedAt: null },
      select: { id: true },
    })
    if (!agent) return null
  }
  // An agent that is deleted in between does no harm: look-ups ask for it again.
  const { expiresAt, scopeAgents, scopeNamespaces, ...rest } = pak
  const row = await db.prisma.pak.create({
    data: {
      ...rest,
      ...(expiresAt && { expiresAt }),
      ...(scopeAgents && { scopeAgents }),
      ...(scopeNamespaces && { scopeNamespaces }),
    },
  })
  return toPak(row)
}
