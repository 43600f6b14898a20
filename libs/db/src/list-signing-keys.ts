import type { Database } from './open-database.ts'

export interface StoredSigningKey {
  kid: string
  publicJwk: Record<string, unknown>
  /** Encrypted; the key to it is in no database. */
  privateSealed: string
}

/** The live keys: first the one that signs, then those that only verify what they once signed. */
export async function listSigningKeys(db: Database): Promise<StoredSigningKey[]> {
  const { rows } = await db.pool.query<StoredSigningKey>(`
    select kid, public_jwk as "publicJwk", private_sealed as "privateSealed"
    from signing_keys
    where retires_at is null or retires_at > now()
    order by retires_at desc nulls first, created_at desc, kid`)
  return rows
}
