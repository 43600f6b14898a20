import type { Pool } from 'pg'
import type { PartitionRange } from './create-partition.ts'
import { createPartitions } from './create-partitions.ts'

/**
 * Makes the leaves of every class that is not deleted for now and the next `ahead` intervals, so that writers seldom
 * have to. Returns those that were missing.
 */
export async function ensurePartitions(pool: Pool, { ahead }: { ahead: number }): Promise<PartitionRange[]> {
  const { rows } = await pool.query<{ id: number; interval_us: string; now_us: string }>(
    `select id, partition_seconds::bigint * 1000000 as interval_us,
       (extract(epoch from now()) * 1000000)::bigint as now_us
     from retention_classes
     where deleted_at is null
     order by id`,
  )
  const created: PartitionRange[] = []
  for (const { id, interval_us, now_us } of rows) {
    const nowUs = Number(now_us)
    const endUs = nowUs + ahead * Number(interval_us)
    created.push(...(await createPartitions(pool, { retentionClass: id, fromUs: nowUs, toUs: endUs })))
  }
  return created
}
