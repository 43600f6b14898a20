import type { Database } from './open-database.ts'

/** Deletes a work order; its streams and lines stay and lose the link. False when there is none. */
export async function deleteWorkOrder(db: Database, { id }: { id: string }): Promise<boolean> {
  const { count } = await db.prisma.workOrder.deleteMany({ where: { id, agent: { deletedAt: null } } })
  return count > 0
}
