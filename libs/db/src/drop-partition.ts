import type { Pool, PoolClient } from 'pg'
import sql, { raw } from 'sql-template-tag'
import { appendReceipt } from './append-receipt.ts'
import type { ReceiptSigner } from './append-receipt.ts'
import { createPartitionUnderLock } from './create-partition.ts'
import { putBackLiveRows, setLiveRowsAside } from './keep-live-rows.ts'
import type { LeafState } from './list-leaves.ts'
import { lockKeys } from './lock-keys.ts'
import { subtractLeaf } from './subtract-leaf.ts'
import { transaction } from './transaction.ts'

export interface DroppedPartition {
  rows: number
  /** Rows that came in between the look at the leaf and its detaching; they are back in `agent_logs`. */
  movedRows: number
}

/**
 * Drops a detached leaf with its counts and a receipt, in one transaction. Null when somebody else had done it.
 * @throws what is classified as `retry` when an old transaction still uses the leaf
 */
export async function dropPartition(
  pool: Pool,
  signer: ReceiptSigner,
  leaf: LeafState,
): Promise<DroppedPartition | null> {
  return transaction(pool, async (client) => {
    await client.query(`set local lock_timeout = '1s'`)
    // No leaf of the same range can come while its rows are counted.
    await client.query(
      sql`select pg_advisory_xact_lock(${lockKeys.partitions}::integer, ${leaf.retentionClass}::integer)`,
    )
    if (!(await isThere(client, leaf))) return null
    await client.query(`lock table ${leaf.name} in access exclusive mode`)
    const held = await subtractLeaf(client, leaf)
    const live = await setLiveRowsAside(client, leaf)
    await client.query(sql`drop table ${raw(leaf.name)}`)
    await client.query(sql`delete from log_partitions where name = ${leaf.name}`)
    const movedRows = live > 0 ? await moveLiveRows(client, leaf) : 0
    const rows = held.rows - movedRows
    const deletion = {
      kind: 'partition_dropped',
      subject: leaf.name,
      retentionClass: leaf.className,
    } as const
    await appendReceipt(client, signer, { ...deletion, rows, from: held.from, to: held.to })
    return { rows, movedRows }
  })
}

/** A leaf whose table is gone already leaves only its row behind. */
async function isThere(client: PoolClient, { name }: LeafState): Promise<boolean> {
  const { rows } = await client.query<{ has_table: boolean }>(sql`
    select to_regclass(name) is not null as has_table from log_partitions where name = ${name} for update`)
  const [row] = rows
  if (row && !row.has_table) await client.query(sql`delete from log_partitions where name = ${name}`)
  return row?.has_table ?? false
}

async function moveLiveRows(client: PoolClient, { retentionClass }: LeafState): Promise<number> {
  for (let afterUs = Number.MIN_SAFE_INTEGER; ;) {
    const { rows } = await client.query<{ next_us: string | null }>(sql`
      select (extract(epoch from min(timestamp)) * 1000000)::bigint as next_us from live_rows
      where extract(epoch from timestamp) * 1000000 >= ${afterUs}::bigint`)
    const nextUs = rows[0]?.next_us
    if (nextUs === null || nextUs === undefined) return putBackLiveRows(client)
    afterUs = (await createPartitionUnderLock(client, retentionClass, Number(nextUs))).toUs
  }
}
