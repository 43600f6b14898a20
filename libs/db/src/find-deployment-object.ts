import type { DeploymentObject } from '@logboom/contracts'
import type { Sql } from 'sql-template-tag'
import sql from 'sql-template-tag'
import { millisText } from './list-page.ts'
import type { Database } from './open-database.ts'
import { ownerIsVisible } from './visible-rows.ts'
import type { ReadScope } from './visible-rows.ts'

/** Null when there is none or its agent is none that the caller may see. */
export async function findDeploymentObject(
  db: Database,
  scope: ReadScope,
  id: string,
): Promise<DeploymentObject | null> {
  const { rows } = await db.pool.query<DeploymentObject>(sql`
    select ${deploymentObjectColumns}
    from deployment_objects d
    where d.id = ${id}::uuid and ${ownerIsVisible(scope, { agentId: sql`d.agent_id`, namespace: null })}`)
  return rows[0] ?? null
}

/** Of `deployment_objects d`, in the words of the API. */
export const deploymentObjectColumns: Sql = sql`
  d.id, d.agent_id, d.name, ${millisText(sql`d.created_at`)} as created_at, ${millisText(sql`d.updated_at`)} as updated_at`
