import { defaultRetentionClass } from '@logboom/contracts'
import type { Database } from './open-database.ts'

export interface FoundAgentLimits {
  /** The agent's own overrides. */
  limits: Record<string, number>
  /** The longest that applies to any of its lines. */
  retentionSeconds: number
  /** The last batch, by instance, up to which all of them are committed. */
  committedThrough: Record<string, string>
}

/** What one live agent may send and what of it is safe; null when there is none. An assignment to the agent beats one to a namespace. */
export async function findAgentLimits(
  db: Database,
  { id }: { id: string },
): Promise<FoundAgentLimits | null> {
  const { rows } = await db.pool.query<FoundAgentLimits>(
    `with assigned as (
       select retention_class from retention_assignments where agent_id = $1::uuid and namespace is null
     ), applying as (
       select retention_class from retention_assignments where agent_id = $1::uuid
       union all
       select retention_class from retention_assignments where agent_id is null and not exists (select from assigned)
       union all
       select $2::smallint where not exists (select from assigned)
     )
     select
       limits,
       (select max(retention_seconds) from retention_classes where id in (select * from applying)) as "retentionSeconds",
       (select coalesce(jsonb_object_agg(instance, through_batch_id), '{}') from agent_commits
        where agent_id = $1::uuid and through_batch_id is not null) as "committedThrough"
     from agents where id = $1::uuid and deleted_at is null`,
    [id, defaultRetentionClass.id],
  )
  return rows[0] ?? null
}
