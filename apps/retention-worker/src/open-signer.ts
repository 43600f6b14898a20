import { createPrivateKey, sign } from 'node:crypto'
import { ensureSigningKey, listSigningKeys } from '@logboom/db'
import type { Database, ReceiptSigner, StoredSigningKey } from '@logboom/db'
import { generateSigningKey, openPrivateKey } from '@logboom/service'

/**
 * Signs receipts with the key that also signs our tokens; makes it when there is none. It may go on signing after it
 * has retired: receipts are checked against every key that there ever was.
 * @throws when the key was sealed with another secret
 */
export async function openSigner(db: Database, secret: string): Promise<ReceiptSigner> {
  await ensureSigningKey(db, { make: () => makeKey(secret) })
  const [stored] = await listSigningKeys(db)
  if (!stored) throw new Error('there is no signing key, though one was just made')
  const key = createPrivateKey({ key: { ...openPrivateKey(stored.privateSealed, secret) }, format: 'jwk' })
  return { kid: stored.kid, sign: (text) => sign(null, Buffer.from(text), key).toString('base64url') }
}

async function makeKey(secret: string): Promise<StoredSigningKey> {
  const { kid, sealed } = await generateSigningKey(secret)
  const { kty, crv, x } = openPrivateKey(sealed, secret)
  return { kid, publicJwk: { kty, crv, x }, privateSealed: sealed }
}
