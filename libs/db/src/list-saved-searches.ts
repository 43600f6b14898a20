import type { SavedSearch } from '@logboom/contracts'
import sql from 'sql-template-tag'
import { isAfter, millis } from './list-page.ts'
import type { ListPage } from './list-page.ts'
import type { Database } from './open-database.ts'
import { searchColumns, searchIsVisible } from './visible-searches.ts'
import type { SearchViewer } from './visible-searches.ts'

/** The saved searches that the caller may see, newest first. */
export async function listSavedSearches(
  db: Database,
  viewer: SearchViewer,
  page: ListPage,
): Promise<SavedSearch[]> {
  const { rows } = await db.pool.query<SavedSearch>(sql`
    select ${searchColumns(viewer.subject)}
    from saved_searches f
    where ${searchIsVisible(viewer)} and ${isAfter(page, millis(sql`f.created_at`), sql`f.id`)}
    order by ${millis(sql`f.created_at`)} desc, f.id desc
    limit ${page.limit}::integer`)
  return rows
}
