import type { Sql } from 'sql-template-tag'
import sql, { empty } from 'sql-template-tag'
import { matchesStream } from './match-streams.ts'
import type { StreamFilter } from './match-streams.ts'
import type { Database } from './open-database.ts'
import { queryPrepared } from './query-prepared.ts'
import type { ReadScope } from './visible-rows.ts'

/** The streams of a search: their ids, or, where they are too many to list, the filter that they match. */
export type StreamSet = { ids: readonly string[] } | { filter: StreamFilter }

/** What is known of the lines of streams, some seconds old: enough to guess where they lie, never to leave one out. */
export interface StreamLines {
  /** Of all streams together; of those too many to list, at least so many. */
  rows: number
  /** When the first one was received, and the last one or one up to minutes before it; microseconds since 1970. */
  fromUs: number
  toUs: number
}

export type FoundStreams = StreamSet & { lines: StreamLines }

/** Beyond this, sending the ids with each statement costs more than joining by the filter. */
const idsMax = 2_000

export interface StreamsRow {
  /** Null: too many. */
  ids: string[] | null
  rows: number
  first_us: number | null
  last_us: number | null
}

/**
 * First step of every search: an entry's agent, namespace, pod and links are its stream's, of which there are
 * thousands of times fewer. No stream, no search. `among`: only these are of interest.
 */
export async function findStreams(
  db: Database,
  scope: ReadScope,
  filter: StreamFilter,
  among: readonly string[] | null = null,
): Promise<FoundStreams> {
  const { rows } = await queryPrepared<StreamsRow>(db, streamsStatement(scope, filter, among))
  return streamsOf(rows, filter)
}

/** One row. */
export function streamsStatement(
  scope: ReadScope,
  filter: StreamFilter,
  among: readonly string[] | null = null,
): Sql {
  const those = among ? sql`and s.id = any(${among}::bigint[])` : empty
  return sql`
    select case when count(*) <= ${idsMax}::integer then coalesce(array_agg(id::text), '{}') end as ids,
      coalesce(sum(row_count), 0)::float8 as rows,
      (extract(epoch from min(first_seen)) * 1000000)::float8 as first_us,
      (extract(epoch from max(last_seen)) * 1000000)::float8 as last_us
    from (
      select s.id, s.row_count, s.first_seen, s.last_seen
      from log_streams s
      where ${matchesStream(scope, filter)} ${those}
      limit ${idsMax + 1}::integer
    ) as found`
}

export function streamsOf([row]: readonly StreamsRow[], filter: StreamFilter): FoundStreams {
  if (!row) throw new Error('an aggregate without a row')
  const lines = { rows: row.rows, fromUs: row.first_us ?? 0, toUs: row.last_us ?? 0 }
  return row.ids ? { ids: row.ids, lines } : { filter, lines }
}
