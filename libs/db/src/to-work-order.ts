import type { WorkOrder } from '@logboom/contracts'
import type { WorkOrderModel } from './generated/models.ts'

/** A row of `work_orders` as the API shows it. */
export function toWorkOrder(row: WorkOrderModel): WorkOrder {
  return {
    id: row.id,
    agent_id: row.agentId,
    work_type: row.workType,
    status: row.status as WorkOrder['status'], // a check constraint holds it to these
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
    completed_at: row.completedAt?.toISOString() ?? null,
  }
}
