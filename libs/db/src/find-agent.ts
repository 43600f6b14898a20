import type { Agent } from '@logboom/contracts'
import type { Sql } from 'sql-template-tag'
import sql from 'sql-template-tag'
import { millisText } from './list-page.ts'
import type { Database } from './open-database.ts'
import { queryPrepared } from './query-prepared.ts'
import { ownerIsVisible } from './visible-rows.ts'
import type { ReadScope } from './visible-rows.ts'

/** An agent as the API shows it; null when there is none, it is deleted, or the caller may not see it. */
export async function findAgent(db: Database, scope: ReadScope, id: string): Promise<Agent | null> {
  const { rows } = await queryPrepared<Agent>(
    db,
    sql`
    select ${agentColumns}
    from agents a
    where a.id = ${id}::uuid and ${ownerIsVisible(scope, { agentId: sql`a.id`, namespace: null })}`,
  )
  return rows[0] ?? null
}

/** Of `agents a`, in the words of the API. */
export const agentColumns: Sql = sql`
  a.id, a.name, a.cluster_name, a.status, ${millisText(sql`a.last_seen`)} as last_seen, a.version, a.labels, a.limits,
  ${millisText(sql`a.created_at`)} as created_at, ${millisText(sql`a.updated_at`)} as updated_at`
