import type { Agent } from '@logboom/contracts'
import { classifyDatabaseError } from './database-error.ts'
import type { Prisma } from './generated/client.ts'
import type { Database } from './open-database.ts'
import { toAgent } from './to-agent.ts'

/** What is left out stays; `labels` and `limits` are replaced whole. */
export interface AgentChanges {
  name?: string | undefined
  clusterName?: string | undefined
  status?: Agent['status'] | undefined
  labels?: Agent['labels'] | undefined
  limits?: Agent['limits'] | undefined
}

/** The changed agent; `taken` when another live one has that name in that cluster; null when there is no such live agent. */
export async function updateAgent(
  db: Database,
  { id, changes }: { id: string; changes: AgentChanges },
): Promise<Agent | 'taken' | null> {
  const data = changes as Prisma.AgentUpdateManyMutationInput // to Prisma, undefined means unchanged; its types forget that
  try {
    const [row] = await db.prisma.agent.updateManyAndReturn({ where: { id, deletedAt: null }, data })
    return row ? toAgent(row) : null
  } catch (error) {
    if (classifyDatabaseError(error) === 'duplicate_key') return 'taken'
    throw error
  }
}
