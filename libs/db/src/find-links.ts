import type { Database } from './open-database.ts'

export interface Links {
  deploymentObjectIds: Set<string>
  workOrderIds: Set<string>
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/**
 * Which of these ids are deployment objects and work orders of this agent, in one round trip. Ids may be any text that
 * a sender made up; those found come back as they were given.
 */
export async function findLinks(
  db: Database,
  ids: { agentId: string; deploymentObjectIds: readonly string[]; workOrderIds: readonly string[] },
): Promise<Links> {
  const deploymentObjectIds = ids.deploymentObjectIds.filter((id) => uuid.test(id))
  const workOrderIds = ids.workOrderIds.filter((id) => uuid.test(id))
  if (deploymentObjectIds.length + workOrderIds.length === 0) {
    return { deploymentObjectIds: new Set(), workOrderIds: new Set() }
  }
  const { rows } = await db.pool.query<{ deploymentObjects: string[]; workOrders: string[] }>(
    `select
       array(select id::text from deployment_objects where agent_id = $1::uuid and id = any($2::uuid[])) as "deploymentObjects",
       array(select id::text from work_orders where agent_id = $1::uuid and id = any($3::uuid[])) as "workOrders"`,
    [ids.agentId, deploymentObjectIds, workOrderIds],
  )
  return {
    deploymentObjectIds: among(deploymentObjectIds, rows[0]?.deploymentObjects),
    workOrderIds: among(workOrderIds, rows[0]?.workOrders),
  }
}

/** PostgreSQL writes UUIDs in lower case; senders need not. */
function among(asked: string[], found: string[] = []): Set<string> {
  return new Set(asked.filter((id) => found.includes(id.toLowerCase())))
}
