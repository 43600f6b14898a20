import type { DeploymentObject } from '@logboom/contracts'
import type { Database } from './open-database.ts'
import { toDeploymentObject } from './to-deployment-object.ts'

export type PutDeploymentObjectOutcome =
  | { outcome: 'created' | 'replaced'; deploymentObject: DeploymentObject }
  | { outcome: 'agent_not_found' }
  | { outcome: 'other_agent' }

/**
 * Creates a deployment object or replaces its fields. It never changes hands (`other_agent`): the lines it has would be
 * one agent's and those to come another's. What a deleted agent has left does not count.
 */
export async function putDeploymentObject(
  db: Database,
  { id, agentId, name }: { id: string; agentId: string; name: string },
): Promise<PutDeploymentObjectOutcome> {
  return db.prisma.$transaction(async (tx) => {
    const agent = await tx.agent.findFirst({ where: { id: agentId, deletedAt: null }, select: { id: true } })
    if (!agent) return { outcome: 'agent_not_found' }
    await tx.deploymentObject.deleteMany({ where: { id, agent: { deletedAt: { not: null } } } })
    const [put] = await tx.$queryRaw<{ created: boolean }[]>`
      insert into deployment_objects (id, agent_id, name) values (${id}::uuid, ${agentId}::uuid, ${name}::text)
      on conflict (id) do update set name = excluded.name, updated_at = now()
      where deployment_objects.agent_id = excluded.agent_id
      returning xmax = 0 as created`
    if (!put) return { outcome: 'other_agent' }
    const row = await tx.deploymentObject.findUniqueOrThrow({ where: { id } })
    return { outcome: put.created ? 'created' : 'replaced', deploymentObject: toDeploymentObject(row) }
  })
}
