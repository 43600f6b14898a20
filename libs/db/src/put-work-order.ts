import type { WorkOrder } from '@logboom/contracts'
import type { Database } from './open-database.ts'
import { toWorkOrder } from './to-work-order.ts'

export type PutWorkOrderOutcome =
  | { outcome: 'created' | 'replaced'; workOrder: WorkOrder }
  | { outcome: 'agent_not_found' }
  | { outcome: 'other_agent' }

/**
 * Creates a work order or replaces its fields. `completed_at` is the time of the first terminal status and goes when
 * the order is open again. Like a deployment object it never changes hands (`other_agent`).
 */
export async function putWorkOrder(
  db: Database,
  {
    id,
    agentId,
    workType,
    status,
  }: { id: string; agentId: string; workType: string; status: WorkOrder['status'] },
): Promise<PutWorkOrderOutcome> {
  const ended = status === 'COMPLETED' || status === 'FAILED' || status === 'CANCELLED'
  return db.prisma.$transaction(async (tx) => {
    const agent = await tx.agent.findFirst({ where: { id: agentId, deletedAt: null }, select: { id: true } })
    if (!agent) return { outcome: 'agent_not_found' }
    await tx.workOrder.deleteMany({ where: { id, agent: { deletedAt: { not: null } } } })
    const [put] = await tx.$queryRaw<{ created: boolean }[]>`
      insert into work_orders (id, agent_id, work_type, status, completed_at)
      values (${id}::uuid, ${agentId}::uuid, ${workType}::text, ${status}::text, case when ${ended}::boolean then now() end)
      on conflict (id) do update set
        work_type = excluded.work_type,
        status = excluded.status,
        updated_at = now(),
        completed_at = case when ${ended}::boolean then coalesce(work_orders.completed_at, now()) end
      where work_orders.agent_id = excluded.agent_id
      returning xmax = 0 as created`
    if (!put) return { outcome: 'other_agent' }
    const row = await tx.workOrder.findUniqueOrThrow({ where: { id } })
    return { outcome: put.created ? 'created' : 'replaced', workOrder: toWorkOrder(row) }
  })
}
