import type { Pool } from 'pg'
import sql from 'sql-template-tag'
import { transaction } from './transaction.ts'

/**
 * Deletes streams that have no rows any more and were not written to for six minutes, or the shortest retention where
 * that is less; at most `limit`. Writers remember for a shorter time that a stream is there (`freshMsOf` in
 * stream-cache.ts), so that none writes rows of a stream that is gone.
 */
export async function deleteIdleStreams(pool: Pool, { limit }: { limit: number }): Promise<number> {
  return transaction(pool, async (client) => {
    const { rows } = await client.query<{ id: string }>(sql`
      select s.id
      from log_streams s
      where s.last_seen < now() - make_interval(secs => (
          select least(360, min(retention_seconds)) from retention_classes
        ))
        and not exists (select 1 from log_counts c where c.stream_id = s.id)
        and not exists (select 1 from log_count_deltas d where d.stream_id = s.id)
      order by s.last_seen
      limit ${limit}::integer
      for update skip locked`)
    if (rows.length === 0) return 0
    // by the index of each leaf: reading whole leaves for a handful of streams is what the planner would choose
    await client.query('set local enable_seqscan = off')
    const { rowCount } = await client.query(sql`
      delete from log_streams s
      where s.id = any (${rows.map((row) => row.id)}::bigint[])
        and not exists (select 1 from agent_logs l where l.stream_id = s.id)`)
    return rowCount ?? 0
  })
}
