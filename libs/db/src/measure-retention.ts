import type { Pool, PoolClient } from 'pg'
import sql, { join, raw } from 'sql-template-tag'
import { timeText } from './list-page.ts'
import { isMissingTable } from './missing-table.ts'
import { transaction } from './transaction.ts'

export interface RetentionMeasure {
  /** Age of the oldest row that is still in the table; null when there is none. */
  oldestRowAgeSeconds: number | null
  /** Rows that have expired and are not deleted yet, by the counts (to the minute). */
  expiredRows: number
  partitions: number
}

interface Counted {
  expired: number
  partitions: number
  /** The first minute of receipt that has rows, and the leaves that may hold them; null when there are no rows. */
  minute: string | null
  leaves: string[] | null
}

/**
 * How well retention keeps up. The counts know in which minute the oldest row was received and where its line lies; the
 * row itself is looked for there, by the BRIN on created_at: rows do not lie in the order of receipt where batches
 * waited or were repeated, or where the space of deleted rows was used again.
 */
export async function measureRetention(pool: Pool, attemptsMax = 3): Promise<RetentionMeasure> {
  try {
    return await transaction(pool, measure)
  } catch (error) {
    if (attemptsMax <= 1 || !isMissingTable(error)) throw error
    return measureRetention(pool, attemptsMax - 1)
  }
}

async function measure(client: PoolClient): Promise<RetentionMeasure> {
  const { expired, partitions, minute, leaves } = await readCounts(client)
  const oldestRowAgeSeconds = minute === null ? null : await ageOfOldest(client, minute, leaves ?? [])
  return { oldestRowAgeSeconds, expiredRows: expired, partitions }
}

async function readCounts(client: PoolClient): Promise<Counted> {
  const { rows } = await client.query<Counted>(sql`
    with counts as materialized (
      select retention_class, created_minute, sum(rows) as rows, min(minute) as from_minute, max(minute) as to_minute
      from (
        select retention_class, created_minute, minute, rows from log_counts
        union all
        select retention_class, created_minute, minute, rows from log_count_deltas
      ) as k
      group by 1, 2
      having sum(rows) > 0
    ), oldest as (
      select * from counts where created_minute = (select min(created_minute) from counts)
    )
    select
      (
        select coalesce(sum(k.rows), 0)::float8
        from counts k
        join retention_classes c on c.id = k.retention_class
        where k.created_minute + interval '1 minute' < now() - make_interval(secs => c.retention_seconds)
      ) as expired,
      (select count(*)::integer from log_partitions where to_regclass(name) is not null) as partitions,
      (select ${timeText(sql`min(created_minute)`)} from oldest) as minute,
      (
        select array_agg(distinct p.name)
        from oldest o
        join log_partitions p on p.retention_class = o.retention_class
          and p.from_time < o.to_minute + interval '1 minute' and p.to_time > o.from_minute
        where to_regclass(p.name) is not null
      ) as leaves`)
  return rows[0] ?? { expired: 0, partitions: 0, minute: null, leaves: null }
}

/** Seconds; by the minute alone when the rows went away since they were counted. */
async function ageOfOldest(client: PoolClient, minute: string, leaves: string[]): Promise<number> {
  await client.query('set local enable_seqscan = off')
  const oldest = leaves.map(
    (name) => sql`
      select min(created_at) as created_at from ${raw(name)}
      where created_at >= ${minute}::timestamptz and created_at < ${minute}::timestamptz + interval '1 minute'`,
  )
  const { rows } = await client.query<{ age: number }>(sql`
    select extract(epoch from clock_timestamp() - coalesce(min(created_at), ${minute}::timestamptz))::float8 as age
    from (${join([sql`select null::timestamptz as created_at`, ...oldest], ' union all ')}) as of_leaves`)
  return rows[0]?.age ?? 0
}
