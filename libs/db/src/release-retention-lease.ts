import type { Pool } from 'pg'
import sql from 'sql-template-tag'

/** Lets another replica go on at once; nothing when the lease is not ours. */
export async function releaseRetentionLease(pool: Pool, holder: string): Promise<void> {
  await pool.query(sql`delete from retention_lease where holder = ${holder}::uuid`)
}
