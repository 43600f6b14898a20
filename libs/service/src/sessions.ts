import { createHash, randomBytes } from 'node:crypto'
import { createLookupCache } from './lookup-cache.ts'
import type { LookupCacheOptions } from './lookup-cache.ts'
import { createRecentMap } from './recent-map.ts'

/** A browser's session as the look-ups give it. */
export interface SessionRecord {
  tokenHash: string
  /** A key, whose rights are asked of it each time, or what an OIDC issuer said at the sign-in. */
  owner: { pakId: string } | SignedInUser
  expiresAtMs: number
}

export interface SignedInUser {
  issuer: string
  subject: string
  kind: 'admin' | 'reader'
  /** Of a reader; null = all. */
  scopeAgents: string[] | null
  label: string
}

export interface Sessions {
  /** A session that has not ended. @throws {Problem} 503 when it is not known and the database is away */
  find(tokenHash: string): Promise<SessionRecord | null>
  knows(tokenHash: string): boolean
  /** From now on it is refused here, whatever is cached. Other processes follow within the cache's 30 s. */
  end(tokenHash: string): void
}

export interface SessionsOptions extends LookupCacheOptions {
  find: (tokenHash: string) => Promise<SessionRecord | null>
}

/** A session that was not used for so long ends. */
export const sessionIdleSeconds = 12 * 3600

/** Far more than sign out of one process within the 15 min that a cached session can live. */
const endedMax = 50_000

export function createSessions({ find, ...options }: SessionsOptions): Sessions {
  const records = createLookupCache<SessionRecord>(options)
  const ended = createRecentMap<true>(endedMax)
  return {
    async find(tokenHash) {
      const record = await records.get(tokenHash, () => find(tokenHash))
      // After the look-up, which may have begun before the end.
      return ended.has(tokenHash) ? null : record
    },
    knows: (tokenHash) => records.knows(tokenHash),
    end: (tokenHash) => ended.set(tokenHash, true),
  }
}

/** What the cookie of a session holds; it begins so that logs and scanners know it. */
export function makeSessionToken(): string {
  return `lbs_${randomBytes(32).toString('base64url')}`
}

const shape = /^lbs_[\w-]{43}$/

/** Hex SHA-256 of a session's token: all that is stored of it. Null for what `makeSessionToken` cannot have made. */
export function hashSessionToken(token: string): string | null {
  return shape.test(token) ? createHash('sha256').update(token).digest('hex') : null
}
