import type { Pool } from 'pg'
import sql from 'sql-template-tag'

/** Deletes sessions that have ended by themselves, at most `limit`; none of them lets anybody in before that either. */
export async function deleteExpiredSessions(pool: Pool, { limit }: { limit: number }): Promise<number> {
  const { rowCount } = await pool.query(sql`
    delete from sessions where token_hash = any (array(
      select token_hash from sessions where expires_at <= now() limit ${limit}::integer
    ))`)
  return rowCount ?? 0
}
