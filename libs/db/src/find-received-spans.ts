import { formatMicros } from '@logboom/contracts'
import sql from 'sql-template-tag'
import type { Commit } from './list-commits.ts'
import type { StreamSpan } from './match-rows.ts'
import type { Database } from './open-database.ts'
import { queryPrepared } from './query-prepared.ts'

/**
 * The minutes of streams in which a batch can have lines, by the counts, which know when what they count was received.
 * For a batch with a line of hours ago: to find it by its range alone is to read all of its streams in these hours (ten
 * streams of 2 000 lines each: 40 ms instead of 7).
 */
export async function findReceivedSpans(
  db: Database,
  commit: Pick<Commit, 'createdUs' | 'minUs' | 'maxUs'>,
  streamIds: readonly string[],
): Promise<StreamSpan[]> {
  const { createdUs, minUs, maxUs } = commit
  if (minUs === null || maxUs === null) return []
  const received = sql`date_bin('1 minute', ${formatMicros(createdUs)}::timestamptz, 'epoch')`
  const { rows } = await queryPrepared<{ stream_id: string; minute_us: string }>(
    db,
    sql`
    select k.stream_id::text, (extract(epoch from k.minute) * 1000000)::bigint as minute_us
    from (
      select c.stream_id, c.minute from log_counts c
      where c.stream_id = any(${streamIds}::bigint[]) and c.created_minute = ${received}
      union
      select d.stream_id, d.minute from log_count_deltas d
      where d.stream_id = any(${streamIds}::bigint[]) and d.created_minute = ${received}
    ) as k`,
  )
  return rows.map(({ stream_id, minute_us }) => ({
    streamId: stream_id,
    minUs: Math.max(minUs, Number(minute_us)),
    maxUs: Math.min(maxUs, Number(minute_us) + 60e6 - 1),
  }))
}
