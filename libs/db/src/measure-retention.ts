import type { Pool } from 'pg'
import sql, { join, raw } from 'sql-template-tag'
import { isMissingTable } from './missing-table.ts'

export interface RetentionMeasure {
  /** Age of the oldest row that is still in the table; null when there is none. */
  oldestRowAgeSeconds: number | null
  /** Rows that have expired and are not deleted yet, by the counts (to the minute). */
  expiredRows: number
  partitions: number
}

/** How well retention keeps up. The oldest row of a leaf is nearly always its first: rows lie in the order of receipt. */
export async function measureRetention(pool: Pool, attemptsMax = 3): Promise<RetentionMeasure> {
  try {
    return await measure(pool)
  } catch (error) {
    if (attemptsMax <= 1 || !isMissingTable(error)) throw error
    return measureRetention(pool, attemptsMax - 1)
  }
}

async function measure(pool: Pool): Promise<RetentionMeasure> {
  const { rows: leaves } = await pool.query<{ name: string }>(`
    select name from log_partitions where to_regclass(name) is not null order by from_time`)
  const firsts = leaves.map(({ name }) => sql`(select created_at from ${raw(name)} limit 1)`)
  const oldest = firsts.length > 0 ? join(firsts, ' union all ') : sql`select null::timestamptz as created_at`
  const { rows } = await pool.query<Omit<RetentionMeasure, 'partitions'>>(sql`
    select
      (select extract(epoch from clock_timestamp() - min(created_at))::float8 from (${oldest}) as first)
        as "oldestRowAgeSeconds",
      (
        select coalesce(sum(k.rows), 0)::float8
        from (
          select retention_class, created_minute, rows from log_counts
          union all
          select retention_class, created_minute, rows from log_count_deltas
        ) as k
        join retention_classes c on c.id = k.retention_class
        where k.created_minute + interval '1 minute' < now() - make_interval(secs => c.retention_seconds)
      ) as "expiredRows"`)
  return { oldestRowAgeSeconds: null, expiredRows: 0, ...rows[0], partitions: leaves.length }
}
