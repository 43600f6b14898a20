import type { Pool } from 'pg'
import sql from 'sql-template-tag'

/**
 * Deletes batches from the ledger whose lines have all expired, at most `limit`: such a batch, delivered once more,
 * would be answered as expired. It notes of each class from when on the ledger is whole, before it deletes by just that:
 * a retention that is made longer a moment later shows lines whose batches are gone, and searches by trace must know.
 */
export async function deleteExpiredLedger(pool: Pool, { limit }: { limit: number }): Promise<number> {
  const { rowCount } = await pool.query(sql`
    with bound as materialized (
      update retention_classes
      set ledger_since = greatest(ledger_since, now() - make_interval(secs => retention_seconds))
      returning id, ledger_since
    )
    delete from write_log where ctid = any (array(
      select w.ctid from write_log w
      where w.created_at < (select max(ledger_since) from bound)
        and w.created_at < coalesce((
          select min(b.ledger_since) from bound b
          where coalesce(cardinality(w.retention_classes), 0) = 0 or b.id = any (w.retention_classes)
        ), now())
      limit ${limit}::integer
    ))`)
  return rowCount ?? 0
}
