import type { Receipt } from '@logboom/contracts'
import type { PoolClient } from 'pg'
import sql from 'sql-template-tag'
import { timeText } from './list-page.ts'
import { lockKeys } from './lock-keys.ts'
import { firstPreviousHash, receiptHash } from './receipt-hash.ts'

export interface ReceiptSigner {
  kid: string
  /** Ed25519 over the UTF-8 text, as base64url. */
  sign(text: string): string
}

/** What was deleted; `from` and `to` are the oldest and newest `created_at`, as text. */
export interface Deletion {
  kind: Receipt['kind']
  subject: string
  /** Its name. */
  retentionClass: string | null
  rows: number
  from: string | null
  to: string | null
}

/**
 * Adds the proof of a deletion to the chain, in the deletion's own transaction. Call it last: it holds the end of the
 * chain until COMMIT.
 */
export async function appendReceipt(
  client: PoolClient,
  signer: ReceiptSigner,
  deletion: Deletion,
): Promise<void> {
  const { kind, subject, retentionClass: retention_class, rows, from, to } = deletion
  await client.query(sql`select pg_advisory_xact_lock(${lockKeys.receipts}::integer, 0)`)
  const end = await readEnd(client)
  const content = { number: end.number + 1, kind, subject, retention_class, rows, from, to }
  const hash = receiptHash({ ...content, deleted_at: end.now, previous_hash: end.hash })
  await client.query(sql`
    insert into retention_receipts (
      number, kind, subject, retention_class, rows, from_time, to_time, deleted_at, previous_hash, hash, kid, signature
    ) values (
      ${content.number}::bigint, ${kind}, ${subject}, ${retention_class}, ${rows}::bigint, ${from}::timestamptz,
      ${to}::timestamptz, ${end.now}::timestamptz, ${end.hash}, ${hash}, ${signer.kid}, ${signer.sign(hash)}
    )`)
}

async function readEnd(client: PoolClient): Promise<{ number: number; hash: string; now: string }> {
  const { rows } = await client.query<{ now: string; number: string | null; hash: string | null }>(sql`
    select ${timeText(sql`clock_timestamp()`)} as now, last.number, last.hash
    from (select 1) as always
    left join (select number, hash from retention_receipts order by number desc limit 1) as last on true`)
  const [row] = rows
  return { number: Number(row?.number ?? 0), hash: row?.hash ?? firstPreviousHash, now: row?.now ?? '' }
}
