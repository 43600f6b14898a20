import type { Pool } from 'pg'
import sql from 'sql-template-tag'

/** Deletes gaps that were reported longer ago than the retention of their lines, at most `limit`. */
export async function deleteExpiredGaps(pool: Pool, { limit }: { limit: number }): Promise<number> {
  const { rowCount } = await pool.query(sql`
    delete from log_gaps where id = any (array(
      select g.id
      from log_gaps g
      left join retention_classes c on c.id = g.retention_class
      where g.created_at < now() - make_interval(secs => coalesce(c.retention_seconds, 0))
      limit ${limit}::integer
    ))`)
  return rowCount ?? 0
}
