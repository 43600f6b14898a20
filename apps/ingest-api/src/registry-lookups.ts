import { findLinks, listRetentionPolicy } from '@logboom/db'
import type { Database } from '@logboom/db'
import type { Link } from './known-links.ts'
import type { PolicyTable } from './retention-policy.ts'

/** Which of these links are the agent's. */
export async function findAgentLinks(
  db: Database,
  agentId: string,
  links: readonly Link[],
): Promise<Set<Link>> {
  const idsOf = (kind: string) =>
    links.filter((link) => link.startsWith(`${kind} `)).map((link) => link.slice(kind.length + 1))
  const found = await findLinks(db, {
    agentId,
    deploymentObjectIds: idsOf('deployment_object'),
    workOrderIds: idsOf('work_order'),
  })
  return new Set<Link>([
    ...[...found.deploymentObjectIds].map((id): Link => `deployment_object ${id}`),
    ...[...found.workOrderIds].map((id): Link => `work_order ${id}`),
  ])
}

/** Who is retained for how long, by the ids that rows carry. */
export async function loadPolicyTable(db: Database): Promise<PolicyTable> {
  const { classes, assignments } = await listRetentionPolicy(db.pool)
  const idOf = new Map(classes.map((one) => [one.name, one.id]))
  return {
    classes: classes.map((one) => ({ id: one.id, retentionSeconds: one.retention_seconds })),
    rules: assignments.flatMap(({ agent_id, namespace, retention_class }) => {
      const classId = idOf.get(retention_class)
      return classId === undefined ? [] : [{ agentId: agent_id, namespace, classId }]
    }),
  }
}
