import type { Pool } from 'pg'
import sql from 'sql-template-tag'

/** Ends an assignment; false when there was none. Lines that are stored keep their class. */
export async function deleteRetentionAssignment(
  pool: Pool,
  { agentId, namespace }: { agentId: string | null; namespace: string | null },
): Promise<boolean> {
  const { rowCount } = await pool.query(sql`
    delete from retention_assignments
    where agent_id is not distinct from ${agentId}::uuid and namespace is not distinct from ${namespace}::text`)
  return rowCount === 1
}
