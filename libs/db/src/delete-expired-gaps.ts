import { defaultRetentionClass } from '@logboom/contracts'
import type { Pool } from 'pg'
import sql from 'sql-template-tag'

/** Deletes gaps that were reported longer ago than the retention of their lines (the default's where the class is not known), at most `limit`. */
export async function deleteExpiredGaps(pool: Pool, { limit }: { limit: number }): Promise<number> {
  const { rowCount } = await pool.query(sql`
    delete from log_gaps where id = any (array(
      select g.id
      from log_gaps g
      join retention_classes c on c.id = coalesce(
        (select k.id from retention_classes k where k.id = g.retention_class), ${defaultRetentionClass.id}::smallint
      )
      where g.created_at < now() - make_interval(secs => c.retention_seconds)
      limit ${limit}::integer
    ))`)
  return rowCount ?? 0
}
