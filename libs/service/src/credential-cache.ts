import { createLookupCache } from './lookup-cache.ts'
import type { LookupCacheOptions } from './lookup-cache.ts'
import type { PakRecord } from './principal.ts'

export interface CredentialCacheOptions extends LookupCacheOptions {
  findByShort: (short: string) => Promise<PakRecord | null>
  findById: (pakId: string) => Promise<PakRecord | null>
}

export interface CredentialCache {
  /** @throws {Problem} 503 when the credential is not known and the database is away: an outage is never a 401 */
  byShort(short: string): Promise<PakRecord | null>
  byId(pakId: string): Promise<PakRecord | null>
  /** Whether the last look-up, however old, found it. */
  knows(short: string): boolean
}

/** Keys, as the look-up cache serves them. */
export function createCredentialCache({
  findByShort,
  findById,
  ...options
}: CredentialCacheOptions): CredentialCache {
  const records = createLookupCache<PakRecord>(options)
  return {
    byShort: (short) => records.get(`short ${short}`, () => findByShort(short)),
    byId: (pakId) => records.get(`id ${pakId}`, () => findById(pakId)),
    knows: (short) => records.knows(`short ${short}`),
  }
}
