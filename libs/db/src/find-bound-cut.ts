import type { Pool } from 'pg'
import sql from 'sql-template-tag'
import { timeText } from './list-page.ts'

export interface BoundCut {
  /** Everything before this minute goes, … */
  minute: string
  nextMinute: string
  /** … and so many rows of it. */
  rowsWithin: number
}

/**
 * Where to cut the oldest `excess` rows off some streams, from the counts by minute: no row is read. Null when the
 * counts have no such minute (somebody was faster).
 */
export async function findBoundCut(
  pool: Pool,
  { streamIds, excess }: { streamIds: readonly string[]; excess: number },
): Promise<BoundCut | null> {
  const { rows } = await pool.query<BoundCut>(sql`
    with minutes as (
      select minute, sum(rows) as rows
      from (
        select minute, rows from log_counts where stream_id = any (${streamIds}::bigint[])
        union all
        select minute, rows from log_count_deltas where stream_id = any (${streamIds}::bigint[])
      ) as counts
      group by minute
    ), running as (
      select minute, rows, sum(rows) over (order by minute) as through from minutes
    )
    select ${timeText(sql`minute`)} as minute, ${timeText(sql`(minute + interval '1 minute')`)} as "nextMinute",
      (rows - (through - ${excess}::bigint))::float8 as "rowsWithin"
    from running
    where through >= ${excess}::bigint
    order by minute
    limit 1`)
  return rows[0] ?? null
}
