import type { Sql } from 'sql-template-tag'
import sql from 'sql-template-tag'
import { rowsOf } from './match-rows.ts'
import type { RowQuery } from './match-rows.ts'
import type { Database } from './open-database.ts'
import { runStatement } from './run-statement.ts'

/** Rows of one severity in one interval. */
export interface TimeCount {
  /** Where the interval begins: a multiple of its length since 1970. */
  atUs: number
  severity: number | null
  rows: number
}

/** bigint comes as text; microseconds fit a double. */
type RawTimeCount = Omit<TimeCount, 'atUs'> & { atUs: string }

/** Counts the rows of one window by interval and severity, by looking at each of them. */
export async function countByTime(
  db: Database,
  query: RowQuery,
  { intervalSeconds }: { intervalSeconds: number },
): Promise<TimeCount[]> {
  const { rows } = await runStatement<RawTimeCount>(
    db,
    sql`
    select (extract(epoch from at) * 1000000)::bigint as "atUs", severity, count(*)::float8 as rows
    from (
      select ${intervalOf(sql`l.timestamp`, intervalSeconds)} as at, l.severity
      from ${rowsOf(query)}
    ) as found
    group by at, severity`,
  )
  return rows.map((row) => ({ ...row, atUs: Number(row.atUs) }))
}

/** Where the interval begins that a time lies in. */
export function intervalOf(time: Sql, seconds: number): Sql {
  return sql`date_bin(${`${seconds} seconds`}::interval, ${time}, 'epoch')`
}
