import type { Pool } from 'pg'
import sql from 'sql-template-tag'

/**
 * Deletes batches from the ledger whose lines have all expired, at most `limit`: such a batch, delivered once more,
 * would be answered as expired. A class of months does not keep it longer than a week: a job is not redelivered then,
 * and the keys of the rows themselves stop a repeat.
 */
export async function deleteExpiredLedger(pool: Pool, { limit }: { limit: number }): Promise<number> {
  const { rowCount } = await pool.query(sql`
    delete from write_log where ctid = any (array(
      select ctid from write_log
      where created_at < now() - least(
        (select make_interval(secs => max(retention_seconds)) from retention_classes), interval '7 days'
      )
      limit ${limit}::integer
    ))`)
  return rowCount ?? 0
}
