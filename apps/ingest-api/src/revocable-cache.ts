import type { CredentialCache, PakRecord } from '@logboom/service'

export interface RevocableCache extends CredentialCache {
  /** From now on these keys are refused here, whatever is cached. Other replicas follow within the cache's 30 s. */
  revoke(pakIds: readonly string[]): void
}

/** Far more than anybody revokes within the 15 min that a cached credential can live. */
const revokedMax = 100_000

/** The cache, and on top of it the keys that this replica has revoked itself: ids of keys never come back. */
export function createRevocableCache(cache: CredentialCache): RevocableCache {
  const revoked = new Set<string>()
  const checked = (record: PakRecord | null) =>
    record && revoked.has(record.pakId) ? { ...record, revoked: true } : record

  return {
    byShort: async (short) => checked(await cache.byShort(short)),
    byId: async (pakId) => checked(await cache.byId(pakId)),
    knows: (short) => cache.knows(short),
    revoke(pakIds) {
      for (const pakId of pakIds) revoked.add(pakId)
      for (const oldest of revoked) {
        if (revoked.size <= revokedMax) break
        revoked.delete(oldest)
      }
    },
  }
}
