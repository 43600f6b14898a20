import type { Sql } from 'sql-template-tag'
import sql from 'sql-template-tag'

/** A stretch of a list that is ordered by a time and then an id, newest first. */
export interface ListPage {
  limit: number
  /** The last item of the page before; `at` is its time as the item showed it. */
  after: { at: string; id: string } | null
}

/** Only what comes after the page before. */
export function isAfter({ after }: ListPage, at: Sql, id: Sql): Sql {
  if (!after) return sql`true`
  return sql`(${at}, ${id}) < (${after.at}::timestamptz, ${after.id}::uuid)`
}

/** A time as RFC 3339 with microseconds: pg would make a Date of it and lose three digits. */
export function timeText(column: Sql): Sql {
  return sql`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
}

/**
 * A time of the registry, which its writers show with milliseconds: ordered by what is shown, pages never
 * overlap.
 */
export function millis(column: Sql): Sql {
  return sql`date_trunc('milliseconds', ${column})`
}

/** RFC 3339 with milliseconds. */
export function millisText(column: Sql): Sql {
  return sql`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
}
