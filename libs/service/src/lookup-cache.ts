import { Problem } from '@logboom/contracts'
import { DeadlineError, withDeadline } from './deadline.ts'
import { createRecentMap } from './recent-map.ts'

export interface LookupCacheOptions {
  /** Whether a failed look-up means that the database is away, and not that the look-up is wrong. */
  isUnavailable: (err: unknown) => boolean
  /** How long a look-up is good: a revocation bites within this time. */
  freshMs?: number
  /** How long a known record is served while the database is away. */
  staleMs?: number
  /** How long it is remembered that there is none. */
  unknownMs?: number
  /** A look-up that takes longer counts as the database being away. */
  lookupMs?: number
  /** Pause after a failed look-up, so that not every request waits for a dead database. */
  retryMs?: number
  /** Of known records, and as many unknown ones; beyond, the one unused for longest goes. */
  maxEntries?: number
  now?: () => number
}

export interface LookupCache<T> {
  /** @throws {Problem} 503 when the record is not known and the database is away: an outage is never a 401 */
  get(key: string, load: () => Promise<T | null>): Promise<T | null>
  /** Whether the last look-up, however old, found it. */
  knows(key: string): boolean
}

interface Known<T> {
  record: T
  /** When its look-up began: what was revoked after that may be missing. */
  atMs: number
}

const defaults = {
  freshMs: 30_000,
  staleMs: 900_000,
  unknownMs: 5_000,
  lookupMs: 1_000,
  retryMs: 1_000,
  maxEntries: 50_000,
  now: Date.now,
}

/** What lets a caller in, as the database had it at most `freshMs` ago; see the options for what happens while it is away. */
export function createLookupCache<T>(options: LookupCacheOptions): LookupCache<T> {
  const { freshMs, staleMs, unknownMs, lookupMs, retryMs, maxEntries, now } = { ...defaults, ...options }
  const known = createRecentMap<Known<T>>(maxEntries)
  // Apart from the known ones: a flood of made-up keys must not push them out.
  const unknown = createRecentMap<number>(maxEntries)
  const pending = new Map<string, Promise<T | null>>()
  let awayUntilMs = 0

  async function get(key: string, load: () => Promise<T | null>): Promise<T | null> {
    const hit = known.get(key)
    if (hit && now() - hit.atMs < freshMs) {
      known.set(key, hit)
      return hit.record
    }
    const missedAtMs = unknown.get(key)
    if (missedAtMs !== undefined && now() - missedAtMs < unknownMs) return null
    if (now() < awayUntilMs) return recordWhileAway(known.get(key), now() - staleMs)
    const running = pending.get(key) ?? lookUp(key, load).finally(() => pending.delete(key))
    pending.set(key, running)
    return running
  }

  async function lookUp(key: string, load: () => Promise<T | null>): Promise<T | null> {
    const atMs = now()
    try {
      const record = await withDeadline('credential look-up', lookupMs, load())
      keep(key, record, atMs)
      return record
    } catch (err) {
      if (!(err instanceof DeadlineError) && !options.isUnavailable(err)) throw err
      awayUntilMs = now() + retryMs
      return recordWhileAway(known.get(key), now() - staleMs, err)
    }
  }

  function keep(key: string, record: T | null, atMs: number): void {
    known.delete(key)
    unknown.delete(key)
    if (record) known.set(key, { record, atMs })
    else unknown.set(key, atMs)
  }

  return { get, knows: (key) => known.has(key) }
}

/** An old record is better than none; that there is none says nothing about the credential. */
function recordWhileAway<T>(hit: Known<T> | undefined, oldestMs: number, cause?: unknown): T {
  if (hit && hit.atMs > oldestMs) return hit.record
  const headers = { 'Retry-After': '5' }
  throw new Problem('unavailable', 'credentials cannot be checked for now', { headers, cause })
}
