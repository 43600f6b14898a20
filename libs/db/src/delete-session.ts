import sql from 'sql-template-tag'
import type { Database } from './open-database.ts'

/** Ends a session. False when there was none. */
export async function deleteSession(db: Database, { tokenHash }: { tokenHash: string }): Promise<boolean> {
  const { rowCount } = await db.pool.query(sql`delete from sessions where token_hash = ${tokenHash}::text`)
  return rowCount === 1
}
