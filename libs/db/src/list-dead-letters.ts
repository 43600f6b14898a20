import type { JobStream } from '@logboom/contracts'
import sql from 'sql-template-tag'
import { isAfter, timeText } from './list-page.ts'
import type { ListPage } from './list-page.ts'
import type { Database } from './open-database.ts'
import { isVisible } from './visible-rows.ts'
import type { Sight } from './visible-rows.ts'

/** Null = any. */
export interface DeadLetterFilter {
  agentId: string | null
  batchId: string | null
  reason: string | null
}

export interface ListedDeadLetter {
  id: string
  agentId: string
  batchId: string
  reason: string
  detail: string
  createdAt: string
  failedAt: string
  /** Null where the row did not say which of the batch's streams it belongs to. */
  stream: JobStream | null
  /** One line of COPY text, as `decodeRow` reads it. */
  rowText: string
}

/** Entries that PostgreSQL would not take, within what the caller may read, the latest failures first. */
export async function listDeadLetters(
  db: Database,
  sight: Sight,
  { agentId, batchId, reason }: DeadLetterFilter,
  page: ListPage,
): Promise<ListedDeadLetter[]> {
  const visible = isVisible(sight, {
    agentId: sql`d.agent_id`,
    namespace: sql`(d.stream ->> 'namespace')`,
    retentionClass: sql`d.retention_class`,
    createdAt: sql`d.created_at`,
  })
  const { rows } = await db.pool.query<ListedDeadLetter>(sql`
    select d.id, d.agent_id as "agentId", d.batch_id as "batchId", d.reason, d.detail,
      ${timeText(sql`d.created_at`)} as "createdAt", ${timeText(sql`d.failed_at`)} as "failedAt",
      d.stream, d.row_text as "rowText"
    from dead_letters d
    where ${visible}
      and (${agentId}::uuid is null or d.agent_id = ${agentId}::uuid)
      and (${batchId}::text is null or d.batch_id = ${batchId}::text)
      and (${reason}::text is null or d.reason = ${reason}::text)
      and ${isAfter(page, sql`d.failed_at`, sql`d.id`)}
    order by d.failed_at desc, d.id desc
    limit ${page.limit}::integer`)
  return rows
}
