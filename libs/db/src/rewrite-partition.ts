import type { Pool } from 'pg'
import { appendReceipt } from './append-receipt.ts'
import type { ReceiptSigner } from './append-receipt.ts'
import sql, { raw } from 'sql-template-tag'
import { putBackLiveRows, setLiveRowsAside } from './keep-live-rows.ts'
import type { LeafState } from './list-leaves.ts'
import { subtractLeaf } from './subtract-leaf.ts'
import { transaction } from './transaction.ts'

/**
 * Empties a leaf and puts the few rows back that have not expired, in one transaction with counts and receipt: the
 * only way that gives its disk back (DELETE and VACUUM free what lies behind the last live row, and that is where late
 * rows lie). Locks this leaf alone, for as long as its live rows take to store (about 100 000 a second); the lock is
 * given up after 200 ms, so that nobody queues behind an open reader. Returns how many rows were deleted.
 * @throws what is classified as `retry` when somebody reads or writes the leaf all that time
 */
export async function rewritePartition(pool: Pool, signer: ReceiptSigner, leaf: LeafState): Promise<number> {
  return transaction(pool, async (client) => {
    await client.query(`set local lock_timeout = '200ms'`)
    await client.query(`lock table ${leaf.name} in access exclusive mode`)
    await client.query(`set local lock_timeout = '5s'`)
    const held = await subtractLeaf(client, leaf)
    const live = await setLiveRowsAside(client, leaf)
    await client.query(sql`truncate ${raw(leaf.name)}`)
    const kept = live > 0 ? await putBackLiveRows(client) : 0
    await client.query(sql`update log_partitions set deleted_rows = 0 where name = ${leaf.name}`)
    const rows = held.rows - kept
    const { from } = held
    if (rows > 0) {
      const deletion = { kind: 'rows_deleted', subject: leaf.name, retentionClass: leaf.className } as const
      await appendReceipt(client, signer, { ...deletion, rows, from, to: leaf.cutoff })
    }
    return rows
  })
}
