import type { Agent } from '@logboom/contracts'
import sql from 'sql-template-tag'
import { agentColumns } from './find-agent.ts'
import { isAfter, millis } from './list-page.ts'
import type { ListPage } from './list-page.ts'
import type { Database } from './open-database.ts'
import { ownerIsVisible } from './visible-rows.ts'
import type { ReadScope } from './visible-rows.ts'

/** Null = any. */
export interface AgentFilter {
  name: string | null
  clusterName: string | null
  status: Agent['status'] | null
}

/** The agents that the caller may see, newest first. */
export async function listAgents(
  db: Database,
  scope: ReadScope,
  { name, clusterName, status }: AgentFilter,
  page: ListPage,
): Promise<Agent[]> {
  const { rows } = await db.pool.query<Agent>(sql`
    select ${agentColumns}
    from agents a
    where ${ownerIsVisible(scope, { agentId: sql`a.id`, namespace: null })}
      and (${name}::text is null or a.name = ${name}::text)
      and (${clusterName}::text is null or a.cluster_name = ${clusterName}::text)
      and (${status}::text is null or a.status = ${status}::text)
      and ${isAfter(page, millis(sql`a.created_at`), sql`a.id`)}
    order by ${millis(sql`a.created_at`)} desc, a.id desc
    limit ${page.limit}::integer`)
  return rows
}
