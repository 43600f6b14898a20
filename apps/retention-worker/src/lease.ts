import { randomUUID } from 'node:crypto'
import { releaseRetentionLease, takeRetentionLease } from '@logboom/db'
import type { Database } from '@logboom/db'

export interface Lease {
  /** Takes or renews it; false while another replica works. Asks PostgreSQL every few seconds at most. */
  hold(): Promise<boolean>
  release(): Promise<void>
}

/** After a kill, another replica goes on when this has passed. */
const leaseSeconds = 30
const renewMs = 5_000

/**
 * The right to delete, for one replica at a time. It saves work, no more: every step is safe beside another's, for a
 * replica that was frozen wakes up believing that it still holds the lease.
 */
export function createLease(db: Database, holder: string = randomUUID()): Lease {
  let renewAtMs = 0
  return {
    async hold() {
      if (Date.now() < renewAtMs) return true
      renewAtMs = 0
      const startedMs = Date.now()
      const held = await takeRetentionLease(db.pool, { holder, seconds: leaseSeconds })
      if (held) renewAtMs = startedMs + renewMs
      return held
    },
    release: () => releaseRetentionLease(db.pool, holder),
  }
}
