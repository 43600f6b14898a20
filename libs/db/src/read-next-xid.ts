import type { Database } from './open-database.ts'

/** What is committed already has a lower transaction id. */
export async function readNextXid(db: Database): Promise<number> {
  const { rows } = await db.pool.query<{ xid: string }>(
    'select pg_snapshot_xmax(pg_current_snapshot())::text as xid',
  )
  return Number(rows[0]?.xid)
}
