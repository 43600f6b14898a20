import type { Pool } from 'pg'
import sql from 'sql-template-tag'
import { appendReceipt } from './append-receipt.ts'
import type { ReceiptSigner } from './append-receipt.ts'
import { lockKeys } from './lock-keys.ts'
import { transaction } from './transaction.ts'

/**
 * The end of a deleted agent, when its rows are gone: its counts, streams, gaps, dead letters, keys and its own row,
 * in one transaction with a receipt. False when rows have come in meanwhile: a writer that had begun before the
 * deletion holds the agent's row until it commits, and we wait for it here.
 */
export async function removeAgent(pool: Pool, signer: ReceiptSigner, agentId: string): Promise<boolean> {
  return transaction(pool, async (client) => {
    await client.query(`set local lock_timeout = '5s'; set local enable_seqscan = off`)
    await client.query(sql`select pg_advisory_xact_lock(${lockKeys.counts}::integer, 0)`)
    const { rowCount } = await client.query(sql`
      select 1 from agents where id = ${agentId}::uuid and deleted_at is not null for update`)
    if (rowCount === 0) return true
    const { rows: streams } = await client.query<{ id: string; has_rows: boolean }>(sql`
      select s.id, exists (select 1 from agent_logs l where l.stream_id = s.id) as has_rows
      from log_streams s
      where s.agent_id = ${agentId}::uuid`)
    if (streams.some((stream) => stream.has_rows)) return false
    const ids = streams.map((stream) => stream.id)
    await client.query(sql`delete from log_counts where stream_id = any (${ids}::bigint[])`)
    await client.query(sql`delete from log_count_deltas where stream_id = any (${ids}::bigint[])`)
    await client.query(sql`delete from agents where id = ${agentId}::uuid`)
    const deletion = { kind: 'agent_deleted', subject: agentId, retentionClass: null } as const
    await appendReceipt(client, signer, { ...deletion, rows: 0, from: null, to: null })
    return true
  })
}
