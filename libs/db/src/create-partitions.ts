import type { Pool } from 'pg'
import { createPartition } from './create-partition.ts'
import type { PartitionRange } from './create-partition.ts'

/** Makes the leaves of a class that hold the times from `fromUs` to `toUs` (inclusive). Returns those that were missing. */
export async function createPartitions(
  pool: Pool,
  { retentionClass, fromUs, toUs }: { retentionClass: number; fromUs: number; toUs: number },
): Promise<PartitionRange[]> {
  const created: PartitionRange[] = []
  for (let timeUs = fromUs; timeUs <= toUs;) {
    const range = await createPartition(pool, { retentionClass, timeUs })
    if (range.created) created.push(range)
    timeUs = range.toUs
  }
  return created
}
