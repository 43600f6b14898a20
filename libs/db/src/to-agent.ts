import type { Agent } from '@logboom/contracts'
import type { AgentModel } from './generated/models.ts'

/** A row of `agents` as the API shows it. */
export function toAgent(row: AgentModel): Agent {
  return {
    id: row.id,
    name: row.name,
    cluster_name: row.clusterName,
    status: row.status as Agent['status'], // a check constraint holds it to these
    last_seen: row.lastSeen?.toISOString() ?? null,
    version: row.version,
    labels: row.labels as Agent['labels'], // both are written by create-agent and update-agent only,
    limits: row.limits as Agent['limits'], // from bodies of these very shapes
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  }
}
