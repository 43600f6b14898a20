import { createHash, createPublicKey, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import type { Receipt, ReceiptKey } from '@logboom/contracts'

export interface ReceiptFault {
  number: number
  fault:
    | 'missing before it'
    | 'its content was changed'
    | 'the chain is broken'
    | 'its key is unknown'
    | 'its signature is false'
    | 'not the one that was noted'
}

/** A place in the chain, as it can be noted elsewhere. */
export interface ReceiptEnd {
  number: number
  hash: string
}

export interface ReceiptCheck {
  checked: number
  /** Empty when every receipt is as it was written. */
  faults: ReceiptFault[]
  last: ReceiptEnd | null
}

/**
 * Checks receipts in the order of their numbers: content, place in the chain, signature. The first is taken as it is,
 * since those before it are purged after 90 days; so is one that was noted and is purged by now.
 */
export function verifyReceipts(
  receipts: readonly Receipt[],
  publicKeys: readonly ReceiptKey[],
  expected?: ReceiptEnd,
): ReceiptCheck {
  const keys = new Map(
    publicKeys.map(({ kid, kty, crv, x }) => [kid, createPublicKey({ key: { kty, crv, x }, format: 'jwk' })]),
  )
  const faults: ReceiptFault[] = []
  let previous: Receipt | null = null
  for (const receipt of receipts) {
    const fault = faultOf(receipt, previous, keys, expected)
    if (fault) faults.push({ number: receipt.number, fault })
    previous = receipt
  }
  if (expected && expected.number > (previous?.number ?? 0))
    faults.push({ number: expected.number, fault: 'not the one that was noted' })
  const last = previous && { number: previous.number, hash: previous.hash }
  return { checked: receipts.length, faults, last }
}

function faultOf(
  receipt: Receipt,
  previous: Receipt | null,
  keys: ReadonlyMap<string, KeyObject>,
  expected: ReceiptEnd | undefined,
): ReceiptFault['fault'] | null {
  if (previous && receipt.number !== previous.number + 1) return 'missing before it'
  if (previous && receipt.previous_hash !== previous.hash) return 'the chain is broken'
  if (hashOf(receipt) !== receipt.hash) return 'its content was changed'
  if (expected?.number === receipt.number && expected.hash !== receipt.hash)
    return 'not the one that was noted'
  const key = keys.get(receipt.kid)
  if (!key) return 'its key is unknown'
  const good = verify(null, Buffer.from(receipt.hash), key, Buffer.from(receipt.signature, 'base64url'))
  return good ? null : 'its signature is false'
}

/** SHA-256, in hex, of what a receipt says, as JSON with sorted keys and no blanks. */
function hashOf(receipt: Receipt): string {
  const { number, kind, subject, retention_class, rows, from, to, deleted_at, previous_hash } = receipt
  const sorted = { deleted_at, from, kind, number, previous_hash, retention_class, rows, subject, to }
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex')
}
