import { formatMicros } from '@logboom/contracts'
import type { Sql } from 'sql-template-tag'
import sql from 'sql-template-tag'
import type { Database } from './open-database.ts'
import { queryPrepared } from './query-prepared.ts'
import { foundColumns, toFoundRow } from './search-rows.ts'
import type { FoundRow, RawFoundRow } from './search-rows.ts'
import { isVisible } from './visible-rows.ts'
import type { Sight } from './visible-rows.ts'

export interface FoundEntry extends FoundRow {
  streamId: string
}

export interface EntryKey {
  us: number
  /** A UUID. */
  id: string
}

/**
 * One line by what names it; null when there is none, it has expired, or the caller may not see it. One look into the unique
 * index of the one leaf of each class that holds its time: 0.1 ms.
 */
export async function findEntry(db: Database, sight: Sight, key: EntryKey): Promise<FoundEntry | null> {
  const { rows } = await queryPrepared<RawFoundRow & { streamId: string }>(db, entryStatement(sight, key))
  const [row] = rows
  return row ? { ...toFoundRow(row), streamId: row.streamId } : null
}

/** Apart, so that a test can have it explained. */
export function entryStatement(sight: Sight, { us, id }: EntryKey): Sql {
  const visible = isVisible(sight, {
    agentId: sql`s.agent_id`,
    namespace: sql`s.namespace`,
    retentionClass: sql`l.retention_class`,
    createdAt: sql`l.created_at`,
  })
  return sql`
    select l.stream_id::text as "streamId", ${foundColumns}
    from agent_logs l
    join log_streams s on s.id = l.stream_id
    where l.timestamp = ${formatMicros(us)}::timestamptz and l.id = ${id}::uuid and ${visible}`
}
