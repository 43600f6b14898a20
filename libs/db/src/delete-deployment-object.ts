import type { Database } from './open-database.ts'

/** Deletes a deployment object; its streams and lines stay and lose the link. False when there is none. */
export async function deleteDeploymentObject(db: Database, { id }: { id: string }): Promise<boolean> {
  const { count } = await db.prisma.deploymentObject.deleteMany({ where: { id, agent: { deletedAt: null } } })
  return count > 0
}
