import type { StoredSigningKey } from './list-signing-keys.ts'
import { lockKeys } from './lock-keys.ts'
import type { Database } from './open-database.ts'
import { transaction } from './transaction.ts'

export interface SigningKeyOptions {
  /** Makes a key, only when one is needed. */
  make: () => Promise<StoredSigningKey>
  /** A key that signed for this long makes room for a new one; default 90 days. */
  signsForS?: number
  /** How long it then still verifies; longer than a token lives plus the time that keys are cached; default 1 hour. */
  verifiesForS?: number
}

/** Sees to it that there is a key that signs. True when this call made one; the one before then has an hour to live. */
export async function ensureSigningKey(db: Database, options: SigningKeyOptions): Promise<boolean> {
  const { make, signsForS = 90 * 86_400, verifiesForS = 3_600 } = options
  return transaction(db.pool, async (client) => {
    await client.query('select pg_advisory_xact_lock($1::bigint)', [lockKeys.signingKeys])
    const { rowCount } = await client.query(
      `select 1 from signing_keys
       where retires_at is null and created_at > now() - make_interval(secs => $1::double precision)`,
      [signsForS],
    )
    if (rowCount) return false
    await client.query(
      `update signing_keys set retires_at = now() + make_interval(secs => $1::double precision) where retires_at is null`,
      [verifiesForS],
    )
    const { kid, publicJwk, privateSealed } = await make()
    await client.query(
      'insert into signing_keys (kid, public_jwk, private_sealed) values ($1::text, $2::jsonb, $3::text)',
      [kid, JSON.stringify(publicJwk), privateSealed],
    )
    return true
  })
}
