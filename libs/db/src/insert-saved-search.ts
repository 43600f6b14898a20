import { savedSearchesMax } from '@logboom/contracts'
import type { SavedSearch } from '@logboom/contracts'
import sql from 'sql-template-tag'
import { lockKeys } from './lock-keys.ts'
import type { Database } from './open-database.ts'
import { transaction } from './transaction.ts'
import { searchColumns } from './visible-searches.ts'

export interface NewSavedSearch {
  owner: string
  /** Null where no key stands for the owner. */
  pakId: string | null
  name: string
  query: string
  shared: boolean
  /** Named in the query; null: none. */
  agentId: string | null
  namespace: string | null
}

/** One at a time for each owner, so that the bound holds. */
export async function insertSavedSearch(
  { pool }: Database,
  search: NewSavedSearch,
): Promise<SavedSearch | 'taken' | 'too_many'> {
  const { owner, pakId, name, query, shared, agentId, namespace } = search
  return transaction(pool, async (client) => {
    await client.query(
      sql`select pg_advisory_xact_lock(${lockKeys.savedSearches}::integer, hashtext(${owner}::text))`,
    )
    const kept = await client.query<{ count: number }>(sql`
      select count(*)::integer as count from saved_searches where owner = ${owner}::text`)
    if ((kept.rows[0]?.count ?? 0) >= savedSearchesMax) return 'too_many'
    const { rows } = await client.query<SavedSearch>(sql`
      insert into saved_searches as f (owner, pak_id, name, query, shared, agent_id, namespace)
      values (${owner}::text, ${pakId}::uuid, ${name}::text, ${query}::text, ${shared}::boolean, ${agentId}::uuid,
        ${namespace}::text)
      on conflict (owner, name) do nothing
      returning ${searchColumns(owner)}`)
    return rows[0] ?? 'taken'
  })
}
