import type { SavedSearch } from '@logboom/contracts'
import sql from 'sql-template-tag'
import { classifyDatabaseError } from './database-error.ts'
import type { NewSavedSearch } from './insert-saved-search.ts'
import type { Database } from './open-database.ts'
import { searchColumns } from './visible-searches.ts'

/** Undefined = as it is. */
export interface SavedSearchChanges {
  name?: string | undefined
  shared?: boolean | undefined
  query?: Pick<NewSavedSearch, 'query' | 'agentId' | 'namespace'> | undefined
}

/** Null when there is none; `taken` when its owner has another one of that name. */
export async function updateSavedSearch(
  { pool }: Database,
  { id, subject, changes }: { id: string; subject: string; changes: SavedSearchChanges },
): Promise<SavedSearch | 'taken' | null> {
  const { name = null, shared = null, query } = changes
  try {
    const { rows } = await pool.query<SavedSearch>(sql`
      update saved_searches f set
        name = coalesce(${name}::text, f.name),
        shared = coalesce(${shared}::boolean, f.shared),
        query = case when ${query !== undefined}::boolean then ${query?.query ?? ''}::text else f.query end,
        agent_id = case when ${query !== undefined}::boolean then ${query?.agentId ?? null}::uuid else f.agent_id end,
        namespace = case when ${query !== undefined}::boolean then ${query?.namespace ?? null}::text else f.namespace end,
        updated_at = now()
      where f.id = ${id}::uuid
      returning ${searchColumns(subject)}`)
    return rows[0] ?? null
  } catch (error) {
    if (classifyDatabaseError(error) === 'duplicate_key') return 'taken'
    throw error
  }
}
