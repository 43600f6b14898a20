import type { Pool } from 'pg'
import sql, { empty, raw } from 'sql-template-tag'
import { appendReceipt } from './append-receipt.ts'
import type { Deletion, ReceiptSigner } from './append-receipt.ts'
import { countedColumns, insertDeltas } from './count-gone.ts'
import { timeText } from './list-page.ts'
import type { LeafState } from './list-leaves.ts'
import { transaction } from './transaction.ts'

export interface StreamRows {
  leaf: LeafState
  streamIds: readonly string[]
  /** Only rows with an earlier timestamp; `infinity` for all. */
  before: string
  limit: number
  /** Oldest first within the batch: costs a sort of all that match, so only for a short stretch of time. */
  inOrder?: boolean
  kind: Deletion['kind']
  subject: string
}

/**
 * Deletes rows of some streams from a leaf, at most `limit`, with their counts and a receipt, in one transaction.
 * Returns how many; 0 when none is left. Goes by the index on (stream_id, timestamp), whatever the planner would think
 * of a leaf that is mostly these streams: reading it from its start for each batch is quadratic.
 */
export async function deleteStreamRows(
  pool: Pool,
  signer: ReceiptSigner,
  wanted: StreamRows,
): Promise<number> {
  const { leaf, streamIds, before, limit, inOrder = false, kind, subject } = wanted
  const table = raw(leaf.name)
  return transaction(pool, async (client) => {
    await client.query('set local enable_seqscan = off')
    if (!inOrder) await client.query('set local enable_bitmapscan = off')
    const { rows } = await client.query<{ rows: number; from: string | null; to: string | null }>(sql`
      with picked as materialized (
        select ctid from ${table}
        where stream_id = any (${streamIds}::bigint[]) and timestamp < ${before}::timestamptz
        ${inOrder ? sql`order by timestamp, id` : empty}
        limit ${limit}::integer
      ), gone as (
        delete from ${table} where ctid = any (array(select ctid from picked)) returning ${countedColumns}
      ), counted as (${insertDeltas(sql`gone`, -1)})
      select count(*)::integer as rows, ${timeText(sql`min(created_at)`)} as "from", ${timeText(sql`max(created_at)`)} as "to"
      from gone`)
    const [gone] = rows
    if (!gone?.rows) return 0
    await client.query(sql`
      update log_partitions set deleted_rows = deleted_rows + ${gone.rows}::integer where name = ${leaf.name}`)
    await appendReceipt(client, signer, { kind, subject, retentionClass: leaf.className, ...gone })
    return gone.rows
  })
}
