import type { Sql } from 'sql-template-tag'
import sql, { join } from 'sql-template-tag'
import { isOfStreams } from './match-rows.ts'
import type { RowQuery } from './match-rows.ts'

const tables = { log_counts: sql`log_counts`, log_count_deltas: sql`log_count_deltas` }
export type CountsTable = keyof typeof tables

/**
 * The counts `k` of the streams of a search for which all conditions and `ofClass` hold, to stand behind `from`.
 *
 * Each stream is looked up by itself, to which `offset 0` sees, and its class is kept out of the index, to which
 * `is true` sees: a plan for whatever values would rather go by class and time (of 1.2 M counts of 12 hours it read a
 * level of everybody, 50 ms, for an agent that had 4 of them). Deltas are few and have no index; they are read through,
 * and compared with a hash table of the ids.
 */
export function countsOf(
  table: CountsTable,
  query: Pick<RowQuery, 'streams' | 'sight'>,
  { conditions, ofClass }: { conditions: readonly Sql[]; ofClass: Sql },
): Sql {
  const { streams } = query
  if ('filter' in streams) {
    const all = [isOfStreams(sql`k.stream_id`, query), ...conditions, ofClass]
    return sql`${tables[table]} k where ${join(all, ' and ')}`
  }
  const ids = sql`unnest(${streams.ids}::bigint[])`
  const all = join([...conditions, sql`(${ofClass}) is true`], ' and ')
  if (table === 'log_count_deltas')
    return sql`log_count_deltas k where k.stream_id in (select ${ids}) and ${all}`
  return sql`${ids} as stream (id)
    cross join lateral (
      select k.stream_id, k.minute, k.created_minute, k.retention_class, k.severity, k.rows
      from log_counts k
      where k.stream_id = stream.id and ${all}
      offset 0
    ) k`
}
