import type { Sql } from 'sql-template-tag'
import sql, { empty } from 'sql-template-tag'
import type { Database } from './open-database.ts'
import { queryPrepared } from './query-prepared.ts'
import { runStatement } from './run-statement.ts'
import { countParts, microsOf } from './sum-counts.ts'
import type { ClassSpan, CountedSearch, CountsDoubt, Span } from './sum-counts.ts'

/** What a stream says of all its lines. `labels`: the names of its labels. */
export type StreamField = { column: keyof typeof columns } | { label: string } | { labels: true }

export interface ValueCount {
  value: string
  count: number
}

export interface ValuesQuery {
  field: StreamField
  /** Beginning of the values, in any case; null = any. */
  prefix: string | null
  limit: number
}

export interface ValuesSum extends CountsDoubt {
  /** Most frequent first. */
  values: ValueCount[]
}

const columns = {
  namespace: sql`s.namespace`,
  pod_name: sql`s.pod_name`,
  container_name: sql`s.container_name`,
  agent_id: sql`s.agent_id::text`,
  deployment_object_id: sql`s.deployment_object_id::text`,
  work_order_id: sql`s.work_order_id::text`,
  node: sql`s.node`,
}

interface RawSum {
  values: ValueCount[]
  doubts: (Span & { classId: number | null })[]
}

/**
 * The values of a field of streams by the rows of a search that have them, from the counts as `sumCounts` reads them.
 * Beside a histogram of the same search (1.15 M counts of 200 streams in 12 hours), it takes half the time for an agent
 * and a fifth more for everybody.
 */
export async function sumByValue(
  db: Database,
  search: CountedSearch,
  query: ValuesQuery,
): Promise<ValuesSum> {
  const statement = sumByValueStatement(search, query)
  const { rows } = await ('ids' in search.streams
    ? queryPrepared<RawSum>(db, statement)
    : runStatement<RawSum>(db, statement))
  const { values, doubts } = rows[0] ?? { values: [], doubts: [] }
  return {
    values,
    expiring: doubts.filter((one): one is ClassSpan => one.classId !== null),
    detached: doubts.filter(({ classId }) => classId === null),
  }
}

/** Apart, so that a test can have it explained. One row. Streams are looked up after all has been summed by them: of a hundred times as many counts. */
export function sumByValueStatement(search: CountedSearch, { field, prefix, limit }: ValuesQuery): Sql {
  const key = { ofCounts: sql`k.stream_id`, ofRows: sql`l.stream_id` }
  const begins = prefix === null ? empty : sql`and starts_with(lower(v.value), lower(${prefix}::text))`
  return sql`
    with parts as materialized (${countParts(search, key)}), sums as (
      select key as stream_id, sum(rows) as rows from parts where rows is not null group by key
    ), found as (
      select v.value, sum(sums.rows)::float8 as count
      from sums
      join log_streams s on s.id = sums.stream_id
      cross join lateral (select ${valueOf(field)} as value) as v
      where v.value is not null ${begins}
      group by v.value
      having sum(sums.rows) > 0
      order by count desc, v.value collate "C"
      limit ${limit}::integer
    )
    select
      (select coalesce(json_agg(found), '[]') from found) as values,
      (
        select coalesce(json_agg(json_build_object(
          'classId', class_id, 'fromUs', ${microsOf(sql`from_time`)}, 'toUs', ${microsOf(sql`to_time`)}
        )), '[]')
        from parts where from_time is not null
      ) as doubts`
}

function valueOf(field: StreamField): Sql {
  if ('column' in field) return columns[field.column]
  return 'label' in field ? sql`s.labels ->> ${field.label}::text` : sql`jsonb_object_keys(s.labels)`
}
