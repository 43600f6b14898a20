import type { WorkOrder } from '@logboom/contracts'
import type { Sql } from 'sql-template-tag'
import sql from 'sql-template-tag'
import { millisText } from './list-page.ts'
import type { Database } from './open-database.ts'
import { ownerIsVisible } from './visible-rows.ts'
import type { ReadScope } from './visible-rows.ts'

/** Null when there is none or its agent is none that the caller may see. */
export async function findWorkOrder(db: Database, scope: ReadScope, id: string): Promise<WorkOrder | null> {
  const { rows } = await db.pool.query<WorkOrder>(sql`
    select ${workOrderColumns}
    from work_orders w
    where w.id = ${id}::uuid and ${ownerIsVisible(scope, { agentId: sql`w.agent_id`, namespace: null })}`)
  return rows[0] ?? null
}

/** Of `work_orders w`, in the words of the API. */
export const workOrderColumns: Sql = sql`
  w.id, w.agent_id, w.work_type, w.status, ${millisText(sql`w.created_at`)} as created_at,
  ${millisText(sql`w.updated_at`)} as updated_at, ${millisText(sql`w.completed_at`)} as completed_at`
