import sql from 'sql-template-tag'
import { inOrder, rowsOf } from './match-rows.ts'
import type { RowPosition, RowQuery } from './match-rows.ts'
import type { Database } from './open-database.ts'
import { runStatement } from './run-statement.ts'

/** The last of the rows passed over, and how many they were: fewer than asked when the window has no more. */
export interface SkippedRows {
  skipped: number
  last: RowPosition | null
}

/**
 * Passes over up to `count` rows of a window: what `offset` means, without carrying their messages (100 000:
 * 0.3 s).
 */
export async function findRowAt(db: Database, query: RowQuery & { count: number }): Promise<SkippedRows> {
  const reversed = query.order === 'desc' ? 'asc' : 'desc'
  const { rows } = await runStatement<{ us: string; suborder: number; id: string; skipped: string }>(
    db,
    sql`
    with passed as materialized (
      select l.timestamp, l.suborder, l.id
      from ${rowsOf(query)}
      order by ${inOrder(query.order)}
      limit ${query.count}::integer
    )
    select
      (extract(epoch from l.timestamp) * 1000000)::bigint as us, l.suborder, l.id,
      (select count(*) from passed) as skipped
    from passed l
    order by ${inOrder(reversed)}
    limit 1`,
  )
  const [row] = rows
  if (!row) return { skipped: 0, last: null }
  return { skipped: Number(row.skipped), last: { us: Number(row.us), suborder: row.suborder, id: row.id } }
}
