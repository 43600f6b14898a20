import { until } from '@logboom/servers'
import type pg from 'pg'

export interface Deletes {
  rows: number
  rowsPerSecond: number
}

/** By the receipts of all batches that were deleted during `work`. */
export async function measureDeletes(pool: pg.Pool, work: () => Promise<void>): Promise<Deletes> {
  const after = await lastReceipt(pool)
  await work()
  const { rows } = await pool.query<{ rows: string; first_rows: string; seconds: number }>(
    `select coalesce(sum(rows), 0) as rows, (array_agg(rows order by number))[1] as first_rows,
       extract(epoch from max(deleted_at) - min(deleted_at))::float8 as seconds
     from retention_receipts where kind = 'rows_deleted' and number > $1::bigint`,
    [after],
  )
  const [found] = rows
  const deleted = Number(found?.rows)
  // The clock begins with the end of the first batch.
  return { rows: deleted, rowsPerSecond: (deleted - Number(found?.first_rows)) / (found?.seconds ?? 0) }
}

async function lastReceipt(pool: pg.Pool): Promise<string> {
  const { rows } = await pool.query<{ last: string }>(
    'select coalesce(max(number), 0) as last from retention_receipts',
  )
  return rows[0]?.last ?? '0'
}

/** Until nothing that has expired is left in any leaf whose time is past. */
export async function untilWorkIsDone(pool: pg.Pool, intervalMs = 100): Promise<void> {
  await until(async () => (await expiredLeaves(pool)) === 0, {
    what: 'everything that has expired to be gone',
    timeoutMs: 120_000,
    intervalMs,
  })
}

/** Leaves of the past that hold an expired row, or none at all. */
async function expiredLeaves(pool: pg.Pool): Promise<number> {
  const { rows: leaves } = await pool.query<{ name: string; cutoff: string }>(`
    select p.name, (now() - make_interval(secs => c.retention_seconds))::text as cutoff
    from log_partitions p join retention_classes c on c.id = p.retention_class
    where p.to_time < now() - make_interval(secs => c.retention_seconds)`)
  let expired = 0
  for (const { name, cutoff } of leaves) {
    const { rows } = await pool.query<{ done: boolean }>(
      `select exists (select 1 from ${name} where created_at >= $1::timestamptz)
         and not exists (select 1 from ${name} where created_at < $1::timestamptz) as done`,
      [cutoff],
    )
    if (!rows[0]?.done) expired += 1
  }
  return expired
}
