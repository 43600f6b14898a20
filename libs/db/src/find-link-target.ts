import sql from 'sql-template-tag'
import type { Database } from './open-database.ts'
import { queryPrepared } from './query-prepared.ts'
import { ownerIsVisible } from './visible-rows.ts'
import type { ReadScope } from './visible-rows.ts'

/** What a line can be linked to. */
export type LinkTarget = 'deployment_object' | 'work_order'

const names = {
  deployment_object: { table: sql`deployment_objects`, link: sql`s.deployment_object_id` },
  work_order: { table: sql`work_orders`, link: sql`s.work_order_id` },
}

/**
 * Whether a deployment object or work order exists for somebody who asks for its lines: it belongs to an
 * agent that the caller may see, or lines that the caller may see are linked to it (it may have moved to
 * another agent since).
 */
export async function findLinkTarget(
  db: Database,
  scope: ReadScope,
  kind: LinkTarget,
  id: string,
): Promise<boolean> {
  const { table, link } = names[kind]
  const { rowCount } = await queryPrepared(
    db,
    sql`
    select 1
    from ${table} t
    where t.id = ${id}::uuid and (
      (${ownerIsVisible(scope, { agentId: sql`t.agent_id`, namespace: null })})
      or exists (
        select 1 from log_streams s
        where ${link} = t.id and ${ownerIsVisible(scope, { agentId: sql`s.agent_id`, namespace: sql`s.namespace` })}
      ))`,
  )
  return rowCount === 1
}
