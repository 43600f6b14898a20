import { createHash } from 'node:crypto'

/** What a receipt proves, as it is hashed; times are RFC 3339 in UTC with microseconds. */
export interface ReceiptContent {
  number: number
  kind: string
  subject: string
  retention_class: string | null
  rows: number
  from: string | null
  to: string | null
  deleted_at: string
  previous_hash: string
}

/** The `previous_hash` of the very first receipt. */
export const firstPreviousHash = '0'.repeat(64)

/** SHA-256, in hex, of the content as JSON with sorted keys and no blanks; what is signed is this text. */
export function receiptHash(content: ReceiptContent): string {
  const { number, kind, subject, retention_class, rows, from, to, deleted_at, previous_hash } = content
  const sorted = { deleted_at, from, kind, number, previous_hash, retention_class, rows, subject, to }
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex')
}
