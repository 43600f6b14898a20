import type { Agent } from '@logboom/contracts'
import { classifyDatabaseError } from './database-error.ts'
import type { Database } from './open-database.ts'
import { toAgent } from './to-agent.ts'

export interface NewAgent {
  /** Default: a new one. */
  id?: string | undefined
  name: string
  clusterName: string
  labels: Agent['labels']
  limits: Agent['limits']
}

/** The new agent, or `taken` when a live one has that name in that cluster, or any one (a deleted one too) that id. */
export async function createAgent(db: Database, { id, ...agent }: NewAgent): Promise<Agent | 'taken'> {
  try {
    return toAgent(await db.prisma.agent.create({ data: { ...agent, ...(id !== undefined && { id }) } }))
  } catch (error) {
    if (classifyDatabaseError(error) === 'duplicate_key') return 'taken'
    throw error
  }
}
