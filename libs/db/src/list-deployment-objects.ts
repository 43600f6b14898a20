import type { DeploymentObject } from '@logboom/contracts'
import sql from 'sql-template-tag'
import { deploymentObjectColumns } from './find-deployment-object.ts'
import { isAfter, millis } from './list-page.ts'
import type { ListPage } from './list-page.ts'
import type { Database } from './open-database.ts'
import { ownerIsVisible } from './visible-rows.ts'
import type { ReadScope } from './visible-rows.ts'

/** Null = any. */
export interface DeploymentObjectFilter {
  agentId: string | null
  name: string | null
}

/** The deployment objects of agents that the caller may see, newest first. */
export async function listDeploymentObjects(
  db: Database,
  scope: ReadScope,
  { agentId, name }: DeploymentObjectFilter,
  page: ListPage,
): Promise<DeploymentObject[]> {
  const { rows } = await db.pool.query<DeploymentObject>(sql`
    select ${deploymentObjectColumns}
    from deployment_objects d
    where ${ownerIsVisible(scope, { agentId: sql`d.agent_id`, namespace: null })}
      and (${agentId}::uuid is null or d.agent_id = ${agentId}::uuid)
      and (${name}::text is null or d.name = ${name}::text)
      and ${isAfter(page, millis(sql`d.created_at`), sql`d.id`)}
    order by ${millis(sql`d.created_at`)} desc, d.id desc
    limit ${page.limit}::integer`)
  return rows
}
