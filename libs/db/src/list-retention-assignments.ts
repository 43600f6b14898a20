import sql from 'sql-template-tag'
import type { Database } from './open-database.ts'

/** Whose lines are of which class; null = any. */
export interface FoundAssignment {
  agentId: string | null
  namespace: string | null
  classId: number
}

/** Every assignment of a retention class, those of deleted agents left out. */
export async function listRetentionAssignments(db: Database): Promise<FoundAssignment[]> {
  const { rows } = await db.pool.query<FoundAssignment>(sql`
    select r.agent_id as "agentId", r.namespace, r.retention_class as "classId"
    from retention_assignments r
    left join agents a on a.id = r.agent_id
    where a.deleted_at is null
    order by r.agent_id nulls last, r.namespace nulls last`)
  return rows
}
