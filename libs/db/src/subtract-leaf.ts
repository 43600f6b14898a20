import type { PoolClient } from 'pg'
import type { Sql } from 'sql-template-tag'
import sql, { raw } from 'sql-template-tag'
import { countedColumns, insertDeltas } from './count-gone.ts'
import type { LeafState } from './list-leaves.ts'
import { timeText } from './list-page.ts'

export interface LeafRows {
  rows: number
  /** Oldest and newest `created_at`: to the minute where the counts told, else exact. */
  from: string | null
  to: string | null
}

/**
 * Takes all rows of a leaf out of the counts. Where it has whole minutes for itself, what the counts have for them is
 * what the leaf holds, and nobody reads it: milliseconds whatever its size.
 * The caller holds the leaf exclusively, so that no writer is between its rows and its counts, and sees to it that no
 * leaf of the same range is made meanwhile.
 */
export async function subtractLeaf(client: PoolClient, leaf: LeafState): Promise<LeafRows> {
  const byMinute = isWholeMinute(leaf.from) && isWholeMinute(leaf.to) && (await isAlone(client, leaf))
  const { rows } = await client.query<LeafRows>(byMinute ? fromCounts(leaf) : fromRows(leaf))
  return rows[0] ?? { rows: 0, from: null, to: null }
}

function fromCounts({ retentionClass, from, to }: LeafState): Sql {
  const ofLeaf = sql`retention_class = ${retentionClass}::smallint
    and minute >= ${from}::timestamptz and minute < ${to}::timestamptz`
  return sql`
    with held as (
      select stream_id, minute, created_minute, severity, sum(rows) as rows, sum(bytes) as bytes
      from (
        select stream_id, minute, created_minute, severity, rows, bytes from log_counts where ${ofLeaf}
        union all
        select stream_id, minute, created_minute, severity, rows, bytes from log_count_deltas where ${ofLeaf}
      ) as counts
      group by stream_id, minute, created_minute, severity
      having sum(rows) <> 0 or sum(bytes) <> 0
    ), taken as (
      insert into log_count_deltas (stream_id, minute, created_minute, rows, bytes, retention_class, severity)
      select stream_id, minute, created_minute, -rows, -bytes, ${retentionClass}::smallint, severity from held
    )
    select coalesce(sum(rows), 0)::float8 as rows, ${timeText(sql`min(created_minute)`)} as "from",
      ${timeText(sql`(max(created_minute) + interval '1 minute')`)} as "to"
    from held`
}

function fromRows({ name }: LeafState): Sql {
  return sql`
    with held as materialized (select ${countedColumns} from ${raw(name)}),
    taken as (${insertDeltas(sql`held`, -1)})
    select count(*)::float8 as rows, ${timeText(sql`min(created_at)`)} as "from", ${timeText(sql`max(created_at)`)} as "to"
    from held`
}

function isWholeMinute(time: string): boolean {
  return time.endsWith(':00.000000Z')
}

/** False while a detached leaf of the same range is not dropped yet: the counts hold the rows of both. */
async function isAlone(client: PoolClient, { retentionClass, from, to, name }: LeafState): Promise<boolean> {
  const { rowCount } = await client.query(sql`
    select 1 from log_partitions
    where retention_class = ${retentionClass}::smallint and name <> ${name}
      and from_time < ${to}::timestamptz and to_time > ${from}::timestamptz`)
  return rowCount === 0
}
