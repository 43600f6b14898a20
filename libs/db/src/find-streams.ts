import sql, { empty } from 'sql-template-tag'
import { matchesStream } from './match-streams.ts'
import type { StreamFilter } from './match-streams.ts'
import type { Database } from './open-database.ts'
import type { ReadScope } from './visible-rows.ts'

/** The streams of a search: their ids, or, where they are too many to list, the filter that they match. */
export type StreamSet = { ids: readonly string[] } | { filter: StreamFilter }

/** Beyond this, sending the ids with each statement costs more than joining by the filter. */
const idsMax = 2_000

/**
 * First step of every search: an entry's agent, namespace, pod and links are its stream's, of which there are
 * thousands of times fewer. No stream, no search. `among`: only these are of interest.
 */
export async function findStreams(
  db: Database,
  scope: ReadScope,
  filter: StreamFilter,
  among: readonly string[] | null = null,
): Promise<StreamSet> {
  const those = among ? sql`and s.id = any(${among}::bigint[])` : empty
  const { rows } = await db.pool.query<{ id: string }>(sql`
    select s.id
    from log_streams s
    where ${matchesStream(scope, filter)} ${those}
    limit ${idsMax + 1}::integer`)
  return rows.length > idsMax ? { filter } : { ids: rows.map((row) => row.id) }
}
