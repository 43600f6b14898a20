import type { Receipt } from '@logboom/contracts'

export type ReceiptState =
  /** As it was written, in its place, and signed by a key that is in use. */
  | 'signed'
  /** As it was written and in its place; its key is no longer published, or this browser knows no Ed25519. */
  | 'chained'
  | 'changed'
  | 'broken'

/** As `/.well-known/jwks.json` has it. */
export type PublishedKey = JsonWebKey & { kid: string }

export interface ReceiptCheck {
  states: ReadonlyMap<number, ReceiptState>
  faults: number
}

/**
 * Checks in this browser, not by the server's word: each receipt's hash is of what it says, the one before it is the one that
 * it names, and its signature is of a published key. `receipts` are in descending order without a hole; of the oldest, the
 * one before is not known.
 */
export async function checkReceipts(
  receipts: readonly Receipt[],
  publicKeys: readonly PublishedKey[],
): Promise<ReceiptCheck> {
  const keys = new Map((await Promise.all(publicKeys.map(importKey))).flat())
  const states = new Map<number, ReceiptState>()
  for (const [index, receipt] of receipts.entries()) {
    states.set(receipt.number, await stateOf(receipt, receipts[index + 1], keys))
  }
  const faults = [...states.values()].filter((state) => state === 'changed' || state === 'broken').length
  return { states, faults }
}

/** Without it (plain http on a foreign host) nothing can be checked here. */
export function canCheck(): boolean {
  // Not there on such pages, whatever the types say.
  const subtle: SubtleCrypto | undefined = globalThis.crypto?.subtle
  return subtle !== undefined
}

async function stateOf(
  receipt: Receipt,
  before: Receipt | undefined,
  keys: ReadonlyMap<string, CryptoKey>,
): Promise<ReceiptState> {
  if (before && (before.number !== receipt.number - 1 || before.hash !== receipt.previous_hash))
    return 'broken'
  if ((await hashOf(receipt)) !== receipt.hash) return 'changed'
  const signature = bytesOf(receipt.signature)
  const signed = new TextEncoder().encode(receipt.hash)
  const key = keys.get(receipt.kid)
  if (!key) return 'chained'
  return (await crypto.subtle.verify('Ed25519', key, signature, signed)) ? 'signed' : 'changed'
}

/** SHA-256, in hex, of the content as JSON with sorted keys and no blanks. */
async function hashOf(receipt: Receipt): Promise<string> {
  const { number, kind, subject, retention_class, rows, from, to, deleted_at, previous_hash } = receipt
  const sorted = { deleted_at, from, kind, number, previous_hash, retention_class, rows, subject, to }
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify(sorted)))
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

function importKey(jwk: PublishedKey): Promise<[kid: string, key: CryptoKey][]> {
  return crypto.subtle.importKey('jwk', jwk, 'Ed25519', false, ['verify']).then(
    (key) => [[jwk.kid, key]],
    () => [],
  )
}

function bytesOf(base64url: string): Uint8Array<ArrayBuffer> {
  const binary = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(binary, (char) => char.codePointAt(0) ?? 0)
}
