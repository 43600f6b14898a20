import type { Pool, PoolClient } from 'pg'
import sql, { raw } from 'sql-template-tag'
import { appendReceipt } from './append-receipt.ts'
import type { ReceiptSigner } from './append-receipt.ts'
import { timeText } from './list-page.ts'
import { lockKeys } from './lock-keys.ts'
import { transaction } from './transaction.ts'

/**
 * The end of a deleted agent, when its rows are gone: its counts, streams, gaps, dead letters, batches, keys and its own
 * row, in one transaction with a receipt, so that an agent of the same id starts anew. False when rows have come in
 * meanwhile, or lie in a leaf that is not dropped yet, whose live rows come back: a writer that had begun before the
 * deletion holds the agent's row until it commits, and we wait for it here.
 */
export async function removeAgent(pool: Pool, signer: ReceiptSigner, agentId: string): Promise<boolean> {
  return transaction(pool, async (client) => {
    await client.query(`set local lock_timeout = '5s'`)
    await client.query(sql`select pg_advisory_xact_lock(${lockKeys.counts}::integer, 0)`)
    const { rowCount } = await client.query(sql`
      select 1 from agents where id = ${agentId}::uuid and deleted_at is not null for update`)
    if (rowCount === 0) return true
    const { rows: streams } = await client.query<{ id: string }>(sql`
      select id from log_streams where agent_id = ${agentId}::uuid`)
    const ids = streams.map((stream) => stream.id)
    if (await haveRows(client, ids)) return false
    await client.query(sql`delete from log_counts where stream_id = any (${ids}::bigint[])`)
    await client.query(sql`delete from log_count_deltas where stream_id = any (${ids}::bigint[])`)
    await client.query(sql`delete from write_log where agent_id = ${agentId}::uuid`)
    const letters = await deleteLetters(client, agentId)
    await client.query(sql`delete from agents where id = ${agentId}::uuid`)
    const deletion = { kind: 'agent_deleted', subject: agentId, retentionClass: null } as const
    await appendReceipt(client, signer, { ...deletion, ...letters })
    return true
  })
}

/** The share of the leaves' rows lets none be detached between the look at the detached ones and that at the others. */
async function haveRows(client: PoolClient, streamIds: string[]): Promise<boolean> {
  await client.query('set local enable_seqscan = off')
  const { rows: leaves } = await client.query<{ name: string; state: string; is_there: boolean }>(`
    select name, state, to_regclass(name) is not null as is_there from log_partitions for share`)
  const detaching = leaves.filter((leaf) => leaf.state === 'detaching' && leaf.is_there)
  for (const name of [...detaching.map((leaf) => leaf.name), 'agent_logs']) {
    const { rows } = await client.query<{ found: boolean }>(sql`
      select bool_or(exists (select 1 from ${raw(name)} l where l.stream_id = s.id)) as found
      from unnest(${streamIds}::bigint[]) as s (id)`)
    if (rows[0]?.found) return true
  }
  await client.query('set local enable_seqscan = on')
  return false
}

/** Those that came since `deleteAgentRecords`. */
async function deleteLetters(
  client: PoolClient,
  agentId: string,
): Promise<{ rows: number; from: string | null; to: string | null }> {
  const { rows } = await client.query<{ rows: number; from: string | null; to: string | null }>(sql`
    with gone as (delete from dead_letters where agent_id = ${agentId}::uuid returning created_at)
    select count(*)::integer as rows, ${timeText(sql`min(created_at)`)} as "from", ${timeText(sql`max(created_at)`)} as "to"
    from gone`)
  return rows[0] ?? { rows: 0, from: null, to: null }
}
