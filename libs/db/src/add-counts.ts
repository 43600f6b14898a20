import type { JobCount, JobHeader } from '@logboom/contracts'
import type { PoolClient } from 'pg'
import sql from 'sql-template-tag'

/** Minutes since 1970. */
interface Delta extends JobCount {
  createdMinute: number
}

/** Appends what batches add to the counts by stream, minute and level, as ingest-api counted it. */
export async function addCounts(client: PoolClient, headers: readonly JobHeader[]): Promise<void> {
  const deltas = headers.flatMap(({ counts, created_us }) => {
    const createdMinute = Math.floor(created_us / 60e6)
    return counts.map((count): Delta => ({ ...count, createdMinute }))
  })
  await client.query(sql`
    insert into log_count_deltas (stream_id, minute, created_minute, rows, bytes, retention_class, severity)
    select stream, to_timestamp(minute::float8 * 60), to_timestamp(created_minute::float8 * 60), rows, bytes,
      retention_class, severity
    from unnest(
      ${deltas.map((one) => one.stream)}::bigint[],
      ${deltas.map((one) => one.minute)}::int[],
      ${deltas.map((one) => one.createdMinute)}::int[],
      ${deltas.map((one) => one.rows)}::int[],
      ${deltas.map((one) => one.bytes)}::bigint[],
      ${deltas.map((one) => one.retention_class)}::smallint[],
      ${deltas.map((one) => one.severity)}::smallint[]
    ) as deltas (stream, minute, created_minute, rows, bytes, retention_class, severity)`)
}
