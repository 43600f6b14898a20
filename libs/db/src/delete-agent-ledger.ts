import type { Pool } from 'pg'
import sql from 'sql-template-tag'

/**
 * Deletes batches of a deleted agent from the ledger, at most `limit`, going on after `afterNumber` ('0' at first):
 * there is no index by agent, so each page is read once. Returns where to go on; null at the end.
 */
export async function deleteAgentLedger(
  pool: Pool,
  { agentId, afterNumber, limit }: { agentId: string; afterNumber: string; limit: number },
): Promise<string | null> {
  const { rows } = await pool.query<{ batches: number; last: string | null }>(sql`
    with picked as materialized (
      select batch_no from write_log
      where agent_id = ${agentId}::uuid and batch_no > ${afterNumber}::bigint
      order by batch_no
      limit ${limit}::integer
    ), gone as (
      delete from write_log where batch_no = any (array(select batch_no from picked))
    )
    select count(*)::integer as batches, max(batch_no)::text as last from picked`)
  const [picked] = rows
  return picked && picked.batches === limit ? picked.last : null
}
