import type { DeploymentObject } from '@logboom/contracts'
import type { DeploymentObjectModel } from './generated/models.ts'

/** A row of `deployment_objects` as the API shows it. */
export function toDeploymentObject(row: DeploymentObjectModel): DeploymentObject {
  return {
    id: row.id,
    agent_id: row.agentId,
    name: row.name,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  }
}
