import type { Receipt } from '@logboom/contracts'
import sql from 'sql-template-tag'
import { timeText } from './list-page.ts'
import type { Database } from './open-database.ts'

/** Null = any. */
export interface ReceiptFilter {
  kind: Receipt['kind'] | null
  retentionClass: string | null
  /** Only receipts of a lower number: the last one of the page before. */
  before: number | null
}

/** Proofs of deletion, newest first. They name agents, so they are for callers without a scope. */
export async function listReceipts(
  db: Database,
  { kind, retentionClass, before }: ReceiptFilter,
  limit: number,
): Promise<Receipt[]> {
  const { rows } = await db.pool.query<Receipt & { number: string; rows: string }>(sql`
    select r.number, r.kind, r.subject, r.retention_class, r.rows, ${timeText(sql`r.from_time`)} as "from",
      ${timeText(sql`r.to_time`)} as "to", ${timeText(sql`r.deleted_at`)} as deleted_at, r.hash, r.previous_hash,
      r.kid, r.signature
    from retention_receipts r
    where (${kind}::text is null or r.kind = ${kind}::text)
      and (${retentionClass}::text is null or r.retention_class = ${retentionClass}::text)
      and (${before}::bigint is null or r.number < ${before}::bigint)
    order by r.number desc
    limit ${limit}::integer`)
  return rows.map((row) => ({ ...row, number: Number(row.number), rows: Number(row.rows) }))
}
