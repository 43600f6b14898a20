import { createPublicKey, verify } from 'node:crypto'
import type { KeyObject, webcrypto } from 'node:crypto'
import type { Pool } from 'pg'
import sql from 'sql-template-tag'
import { timeText } from './list-page.ts'
import { receiptHash } from './receipt-hash.ts'
import type { ReceiptContent } from './receipt-hash.ts'

export interface ReceiptFault {
  number: number
  fault: 'missing_before' | 'changed' | 'chain_broken' | 'unknown_key' | 'bad_signature'
}

export interface ReceiptCheck {
  checked: number
  /** Empty when every receipt is as it was written. */
  faults: ReceiptFault[]
}

type StoredReceipt = ReceiptContent & { hash: string; kid: string; signature: string }

const pageRows = 5_000

/**
 * Checks every receipt that is kept: its hash, its place in the chain, its signature (about 10 000 a second).
 * The first one kept is taken as it is, since those before it are purged after 90 days.
 */
export async function verifyReceipts(pool: Pool): Promise<ReceiptCheck> {
  const keys = await readKeys(pool)
  const check: ReceiptCheck = { checked: 0, faults: [] }
  let previous: StoredReceipt | null = null
  for (;;) {
    const page: StoredReceipt[] = await readPage(pool, previous?.number ?? 0)
    for (const receipt of page) {
      const fault = faultOf(receipt, previous, keys)
      if (fault) check.faults.push({ number: receipt.number, fault })
      previous = receipt
    }
    check.checked += page.length
    if (page.length < pageRows) return check
  }
}

function faultOf(
  receipt: StoredReceipt,
  previous: StoredReceipt | null,
  keys: Map<string, KeyObject>,
): ReceiptFault['fault'] | null {
  if (previous && receipt.number !== previous.number + 1) return 'missing_before'
  if (previous && receipt.previous_hash !== previous.hash) return 'chain_broken'
  if (receiptHash(receipt) !== receipt.hash) return 'changed'
  const key = keys.get(receipt.kid)
  if (!key) return 'unknown_key'
  const good = verify(null, Buffer.from(receipt.hash), key, Buffer.from(receipt.signature, 'base64url'))
  return good ? null : 'bad_signature'
}

/** Retired keys too: they verify what they once signed. */
async function readKeys(pool: Pool): Promise<Map<string, KeyObject>> {
  const { rows } = await pool.query<{ kid: string; jwk: webcrypto.JsonWebKey }>(
    'select kid, public_jwk as jwk from signing_keys',
  )
  return new Map(rows.map(({ kid, jwk }) => [kid, createPublicKey({ key: jwk, format: 'jwk' })]))
}

async function readPage(pool: Pool, after: number): Promise<StoredReceipt[]> {
  const { rows } = await pool.query<StoredReceipt>(sql`
    select number, kind, subject, retention_class, rows, ${timeText(sql`from_time`)} as "from",
      ${timeText(sql`to_time`)} as "to", ${timeText(sql`deleted_at`)} as deleted_at, previous_hash, hash, kid, signature
    from retention_receipts
    where number > ${after}::bigint
    order by number
    limit ${pageRows}::integer`)
  return rows.map((row) => ({ ...row, number: Number(row.number), rows: Number(row.rows) }))
}
