import sql from 'sql-template-tag'
import type { Database } from './open-database.ts'

/** False when there is none. */
export async function deleteSavedSearch({ pool }: Database, id: string): Promise<boolean> {
  const { rowCount } = await pool.query(sql`delete from saved_searches where id = ${id}::uuid`)
  return rowCount === 1
}
