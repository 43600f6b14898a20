import type { Sql } from 'sql-template-tag'
import sql, { raw } from 'sql-template-tag'

/** What a statement that deletes or moves rows returns of them, for the counts and the receipt. */
export const countedColumns = raw(
  'stream_id, timestamp, created_at, retention_class, severity, octet_length(message) as bytes',
)

/**
 * `insert` of deltas that take the rows of `rows` (a table, or a CTE that returned `countedColumns`) out of the counts,
 * or with sign 1 put them in. The writers count in the same way: by minute, bytes of the message.
 */
export function insertDeltas(rows: Sql, sign: 1 | -1): Sql {
  return sql`
    insert into log_count_deltas (stream_id, minute, created_minute, rows, bytes, retention_class, severity)
    select stream_id, date_bin('1 minute', timestamp, 'epoch'), date_bin('1 minute', created_at, 'epoch'),
      ${raw(String(sign))} * count(*), ${raw(String(sign))} * sum(bytes), retention_class, severity
    from ${rows}
    group by 1, 2, 3, 6, 7`
}
