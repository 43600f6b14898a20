import type { Pool } from 'pg'
import sql from 'sql-template-tag'

/** Removes the oldest receipts, at most `limit`; the newest always stays, since the next one is chained to it. */
export async function purgeReceipts(
  pool: Pool,
  { olderThanDays, limit }: { olderThanDays: number; limit: number },
): Promise<number> {
  const { rowCount } = await pool.query(sql`
    delete from retention_receipts
    where number in (
      select number from retention_receipts
      where deleted_at < now() - make_interval(days => ${olderThanDays}::integer)
        and number < (select max(number) from retention_receipts)
      order by number
      limit ${limit}::integer
    )`)
  return rowCount ?? 0
}
