import type { SavedSearch } from '@logboom/contracts'
import sql from 'sql-template-tag'
import type { Database } from './open-database.ts'
import { searchColumns, searchIsVisible } from './visible-searches.ts'
import type { SearchViewer } from './visible-searches.ts'

/** Null when there is none, or none that the caller may see. */
export async function findSavedSearch(
  db: Database,
  viewer: SearchViewer,
  id: string,
): Promise<SavedSearch | null> {
  const { rows } = await db.pool.query<SavedSearch>(sql`
    select ${searchColumns(viewer.subject)}
    from saved_searches f
    where f.id = ${id}::uuid and ${searchIsVisible(viewer)}`)
  return rows[0] ?? null
}
