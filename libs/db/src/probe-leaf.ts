import type { Pool } from 'pg'
import sql, { raw } from 'sql-template-tag'
import type { LeafState } from './list-leaves.ts'
import { transaction } from './transaction.ts'

export interface LeafContent {
  hasLive: boolean
  hasExpired: boolean
}

/**
 * Whether a leaf holds rows that have expired and rows that have not. The BRIN on created_at skips what cannot match:
 * under 1 ms for a leaf of any size that is all live or all expired, once its ranges are summarised.
 */
export async function probeLeaf(pool: Pool, { name, cutoff }: LeafState): Promise<LeafContent> {
  return transaction(pool, async (client) => {
    await client.query(`set local enable_seqscan = off; set local lock_timeout = '1s'`)
    await client.query(`lock table ${name} in access share mode`)
    await client.query(sql`select brin_summarize_new_values(${`${name}_created`}::regclass)`)
    const { rows } = await client.query<LeafContent>(sql`
      select
        exists (select 1 from ${raw(name)} where created_at >= ${cutoff}::timestamptz) as "hasLive",
        exists (select 1 from ${raw(name)} where created_at < ${cutoff}::timestamptz) as "hasExpired"`)
    return rows[0] ?? { hasLive: true, hasExpired: false }
  })
}
