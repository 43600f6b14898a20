import type { Sql } from 'sql-template-tag'
import sql, { empty } from 'sql-template-tag'
import { rowsOf } from './match-rows.ts'
import type { RowQuery } from './match-rows.ts'
import type { Database } from './open-database.ts'
import { withStatementTimeout } from './statement-timeout.ts'

export interface CountOptions {
  /** Counting stops here; null = never. */
  rowsMax: number | null
  timeoutMs: number
}

/**
 * How many rows a search has, at most `rowsMax` (10 000: 10 ms; 2 M: 0.4 s).
 * @throws what `isStatementTimeout` knows when it takes too long
 */
export async function countRows(
  db: Database,
  query: RowQuery,
  { rowsMax, timeoutMs }: CountOptions,
): Promise<number> {
  const cap: Sql = rowsMax === null ? empty : sql`limit ${rowsMax}::bigint`
  const { rows } = await withStatementTimeout(db, timeoutMs, (client) =>
    client.query<{ total: string }>(sql`
      select count(*) as total
      from (select 1 from ${rowsOf(query)} ${cap}) counted`),
  )
  return Number(rows[0]?.total ?? 0)
}
