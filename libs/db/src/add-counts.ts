import { formatMicros } from '@logboom/contracts'
import type { JobHeader } from '@logboom/contracts'
import type { PoolClient } from 'pg'
import sql from 'sql-template-tag'

/** Appends what a batch adds to the counts by stream, minute and level, as ingest-api counted it. */
export async function addCounts(client: PoolClient, { counts, created_us }: JobHeader): Promise<void> {
  await client.query(sql`
    insert into log_count_deltas (stream_id, minute, created_minute, rows, bytes, retention_class, severity)
    select stream, to_timestamp(minute::float8 * 60), date_trunc('minute', ${formatMicros(created_us)}::timestamptz),
      rows, bytes, retention_class, severity
    from unnest(
      ${counts.map((one) => one.stream)}::bigint[],
      ${counts.map((one) => one.minute)}::int[],
      ${counts.map((one) => one.rows)}::int[],
      ${counts.map((one) => one.bytes)}::bigint[],
      ${counts.map((one) => one.retention_class)}::smallint[],
      ${counts.map((one) => one.severity)}::smallint[]
    ) as counts (stream, minute, rows, bytes, retention_class, severity)`)
}
