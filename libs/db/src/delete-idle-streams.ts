import type { Pool } from 'pg'
import sql from 'sql-template-tag'
import { transaction } from './transaction.ts'

/**
 * Deletes streams without rows, at most `limit`, in two steps that no writer can fall between. First an idle stream is
 * marked: not written to for six minutes, or the shortest retention where that is less, which is longer than a writer
 * takes it for granted (`freshMsOf` in stream-cache.ts). It goes when every transaction that was open then has ended and
 * nobody has touched it since, which would have taken the mark away.
 */
export async function deleteIdleStreams(pool: Pool, { limit }: { limit: number }): Promise<number> {
  await markIdleStreams(pool, limit)
  return transaction(pool, async (client) => {
    const { rows } = await client.query<{ id: string }>(sql`
      select s.id
      from log_streams s
      where s.idle_xid < pg_snapshot_xmin(pg_current_snapshot())
        and not exists (select 1 from log_counts c where c.stream_id = s.id)
        and not exists (select 1 from log_count_deltas d where d.stream_id = s.id)
      limit ${limit}::integer
      for update skip locked`)
    if (rows.length === 0) return 0
    // by the index of each partition: reading whole partitions for a handful of streams is what the planner would choose
    await client.query('set local enable_seqscan = off')
    const { rowCount } = await client.query(sql`
      delete from log_streams s
      where s.id = any (${rows.map((row) => row.id)}::bigint[])
        and not exists (select 1 from agent_logs l where l.stream_id = s.id)`)
    return rowCount ?? 0
  })
}

async function markIdleStreams(pool: Pool, limit: number): Promise<void> {
  await pool.query(sql`
    update log_streams set idle_xid = pg_current_xact_id()
    where id in (
      select s.id
      from log_streams s
      where s.idle_xid is null
        and s.last_seen < now() - make_interval(secs => (
          select least(360, min(retention_seconds)) from retention_classes
        ))
        and not exists (select 1 from log_counts c where c.stream_id = s.id)
        and not exists (select 1 from log_count_deltas d where d.stream_id = s.id)
      order by s.last_seen
      limit ${limit}::integer
      for update skip locked
    )`)
}
