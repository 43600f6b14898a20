import type { Database } from './open-database.ts'

/** False when there is none. */
export async function deleteDeadLetter(db: Database, { id }: { id: string }): Promise<boolean> {
  const { rowCount } = await db.pool.query('delete from dead_letters where id = $1::uuid', [id])
  return rowCount === 1
}
