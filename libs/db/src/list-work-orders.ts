import type { WorkOrder } from '@logboom/contracts'
import sql from 'sql-template-tag'
import { workOrderColumns } from './find-work-order.ts'
import { isAfter, millis } from './list-page.ts'
import type { ListPage } from './list-page.ts'
import type { Database } from './open-database.ts'
import { ownerIsVisible } from './visible-rows.ts'
import type { ReadScope } from './visible-rows.ts'

/** Null = any. */
export interface WorkOrderFilter {
  agentId: string | null
  workType: string | null
  status: WorkOrder['status'] | null
}

/** The work orders of agents that the caller may see, newest first, completed ones too. */
export async function listWorkOrders(
  db: Database,
  scope: ReadScope,
  { agentId, workType, status }: WorkOrderFilter,
  page: ListPage,
): Promise<WorkOrder[]> {
  const { rows } = await db.pool.query<WorkOrder>(sql`
    select ${workOrderColumns}
    from work_orders w
    where ${ownerIsVisible(scope, { agentId: sql`w.agent_id`, namespace: null })}
      and (${agentId}::uuid is null or w.agent_id = ${agentId}::uuid)
      and (${workType}::text is null or w.work_type = ${workType}::text)
      and (${status}::text is null or w.status = ${status}::text)
      and ${isAfter(page, millis(sql`w.created_at`), sql`w.id`)}
    order by ${millis(sql`w.created_at`)} desc, w.id desc
    limit ${page.limit}::integer`)
  return rows
}
