import type { Pool } from 'pg'
import sql from 'sql-template-tag'

/** Deletes gaps and dead letters of a deleted agent, at most `limit` of each, so that its row's end has few to take along. */
export async function deleteAgentRecords(
  pool: Pool,
  { agentId, limit }: { agentId: string; limit: number },
): Promise<number> {
  const { rows } = await pool.query<{ records: number }>(sql`
    with gaps as (
      delete from log_gaps where ctid = any (array(
        select ctid from log_gaps where agent_id = ${agentId}::uuid limit ${limit}::integer
      ))
      returning 1
    ), letters as (
      delete from dead_letters where ctid = any (array(
        select ctid from dead_letters where agent_id = ${agentId}::uuid limit ${limit}::integer
      ))
      returning 1
    )
    select ((select count(*) from gaps) + (select count(*) from letters))::integer as records`)
  return rows[0]?.records ?? 0
}
