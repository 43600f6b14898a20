import type { Pool } from 'pg'
import sql from 'sql-template-tag'
import { lockKeys } from './lock-keys.ts'
import { transaction } from './transaction.ts'

/**
 * Folds at most `limit` deltas into `log_counts` and into the totals of their streams, and removes counts that came to
 * nothing. Returns how many deltas. Taking and adding are one statement: whoever sums deltas and counts sees the truth
 * at any moment. Streams are locked in order of id, as writers do. 10 000 deltas in about 150 ms.
 */
export async function foldCounts(pool: Pool, { limit }: { limit: number }): Promise<number> {
  return transaction(pool, async (client) => {
    await client.query(sql`select pg_advisory_xact_lock(${lockKeys.counts}::integer, 0)`)
    const { rows } = await client.query<{ taken: number; empty: string[] }>(sql`
      with taken as (
        delete from log_count_deltas
        where ctid = any (array(select ctid from log_count_deltas limit ${limit}::integer))
        returning *
      ), summed as (
        select stream_id, minute, created_minute, retention_class, severity, sum(rows) as rows, sum(bytes) as bytes
        from taken
        group by stream_id, minute, created_minute, retention_class, severity
        having sum(rows) <> 0 or sum(bytes) <> 0
      ), folded as (
        insert into log_counts as counts (stream_id, minute, created_minute, rows, bytes, retention_class, severity)
        select stream_id, minute, created_minute, rows, bytes, retention_class, severity from summed
        order by stream_id, minute
        on conflict (stream_id, minute, retention_class, severity, created_minute) do update
          set rows = counts.rows + excluded.rows, bytes = counts.bytes + excluded.bytes
        returning ctid, counts.rows
      ), per_stream as (
        select stream_id, sum(rows) as rows, sum(bytes) as bytes from summed group by stream_id
      ), locked as materialized (
        select s.id from log_streams s join per_stream p on p.stream_id = s.id order by s.id for no key update of s
      ), totalled as (
        update log_streams s set row_count = s.row_count + p.rows, byte_count = s.byte_count + p.bytes
        from locked join per_stream p on p.stream_id = locked.id
        where s.id = locked.id
      )
      select (select count(*)::integer from taken) as taken,
        array(select ctid::text from folded where rows = 0) as empty`)
    const [fold] = rows
    if (fold && fold.empty.length > 0) {
      await client.query(sql`delete from log_counts where ctid = any (${fold.empty}::tid[]) and rows = 0`)
    }
    return fold?.taken ?? 0
  })
}
