import type { Pool } from 'pg'

export interface DeletedAgent {
  id: string
  streamIds: string[]
}

/** The agents that are deleted for everybody but us. */
export async function listDeletedAgents(pool: Pool): Promise<DeletedAgent[]> {
  const { rows } = await pool.query<DeletedAgent>(`
    select a.id, array(select s.id::text from log_streams s where s.agent_id = a.id) as "streamIds"
    from agents a
    where a.deleted_at is not null
    order by a.deleted_at`)
  return rows
}
