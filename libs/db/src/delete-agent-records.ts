import type { Pool } from 'pg'
import sql from 'sql-template-tag'
import { appendReceipt } from './append-receipt.ts'
import type { ReceiptSigner } from './append-receipt.ts'
import { timeText } from './list-page.ts'
import { transaction } from './transaction.ts'

/**
 * Deletes gaps and dead letters of a deleted agent, at most `limit` of each, so that its row's end has few to take
 * along; dead letters are lines, so with a receipt. Returns how many records went.
 */
export async function deleteAgentRecords(
  pool: Pool,
  signer: ReceiptSigner,
  { agentId, limit }: { agentId: string; limit: number },
): Promise<number> {
  return transaction(pool, async (client) => {
    const { rowCount: gaps } = await client.query(sql`
      delete from log_gaps where ctid = any (array(
        select ctid from log_gaps where agent_id = ${agentId}::uuid limit ${limit}::integer
      ))`)
    const { rows } = await client.query<{ rows: number; from: string | null; to: string | null }>(sql`
      with gone as (
        delete from dead_letters where ctid = any (array(
          select ctid from dead_letters where agent_id = ${agentId}::uuid limit ${limit}::integer
        ))
        returning created_at
      )
      select count(*)::integer as rows, ${timeText(sql`min(created_at)`)} as "from", ${timeText(sql`max(created_at)`)} as "to"
      from gone`)
    const [letters] = rows
    if (!letters?.rows) return gaps ?? 0
    const deletion = { kind: 'agent_deleted', subject: agentId, retentionClass: null } as const
    await appendReceipt(client, signer, { ...deletion, ...letters })
    return (gaps ?? 0) + letters.rows
  })
}
