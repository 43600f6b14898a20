import type { ReceiptKey } from '@logboom/contracts'
import type { Database } from './open-database.ts'

/**
 * The public keys that receipts are checked by: every one that there ever was, as a key that signs no tokens any more
 * has still signed what is kept. One comes every 90 days.
 */
export async function listReceiptKeys(db: Database): Promise<ReceiptKey[]> {
  const { rows } = await db.pool.query<ReceiptKey>(`
    select kid, public_jwk->>'kty' as kty, public_jwk->>'crv' as crv, public_jwk->>'x' as x
    from signing_keys
    order by created_at, kid`)
  return rows
}
