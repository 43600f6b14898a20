import { ensureSigningKey, listSigningKeys } from '@logboom/db'
import type { Database, StoredSigningKey } from '@logboom/db'
import { generateSigningKey, openPrivateKey } from '@logboom/service'
import type { SigningKey } from '@logboom/service'

/**
 * The live keys of our own tokens, the signing one first; makes that one when there is none or it has served its time.
 * @throws when a key was sealed with another secret
 */
export async function loadSigningKeys(db: Database, secret: string): Promise<SigningKey[]> {
  await ensureSigningKey(db, { make: () => makeKey(secret) })
  const stored = await listSigningKeys(db)
  return stored.map(({ kid, privateSealed }) => ({ kid, jwk: openPrivateKey(privateSealed, secret) }))
}

async function makeKey(secret: string): Promise<StoredSigningKey> {
  const { kid, sealed } = await generateSigningKey(secret)
  const { kty, crv, x } = openPrivateKey(sealed, secret)
  return { kid, publicJwk: { kty, crv, x }, privateSealed: sealed }
}
