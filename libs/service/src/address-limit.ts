import { isIPv6 } from 'node:net'
import { Problem } from '@logboom/contracts'
import { createRecentMap } from './recent-map.ts'

export interface AddressLimit {
  /** Takes one attempt of an address. @throws {Problem} 429 with `Retry-After` when it has none left */
  take(address: string): void
  /**
   * A look-up of a credential that is new here. The attempt is taken while it runs, so that a flood cannot outrun it, and
   * in the end only finding nothing costs it. @throws {Problem} 429
   */
  count<T>(address: string, look: () => Promise<T | null>): Promise<T | null>
}

export interface AddressLimitOptions {
  perSecond?: number
  burst?: number
  maxAddresses?: number
  now?: () => number
}

/**
 * A token bucket for each client address, for attempts with unknown credentials. IPv6 counts by /64, of which one
 * customer has all addresses. Beyond `maxAddresses` the oldest bucket is forgotten.
 */
export function createAddressLimit(options: AddressLimitOptions = {}): AddressLimit {
  const { perSecond = 20, burst = 50, maxAddresses = 10_000, now = Date.now } = options
  const buckets = createRecentMap<{ left: number; atMs: number }>(maxAddresses)

  function bucketOf(address: string): { left: number; atMs: number } {
    const key = addressKey(address)
    const bucket = buckets.get(key) ?? { left: burst, atMs: now() }
    bucket.left = Math.min(burst, bucket.left + (Math.max(0, now() - bucket.atMs) / 1000) * perSecond)
    bucket.atMs = now()
    buckets.set(key, bucket)
    return bucket
  }

  function take(address: string): void {
    const bucket = bucketOf(address)
    if (bucket.left < 1) {
      const headers = { 'Retry-After': String(Math.ceil(1 / perSecond)) }
      throw new Problem('too_many_requests', 'too many unknown credentials from this address', { headers })
    }
    bucket.left -= 1
  }

  function giveBack(address: string): void {
    const bucket = bucketOf(address)
    bucket.left = Math.min(burst, bucket.left + 1)
  }

  return {
    take,
    async count(address, look) {
      take(address)
      // An outage is nobody's guess.
      const found = await look().finally(() => giveBack(address))
      if (found === null) take(address)
      return found
    },
  }
}

function addressKey(address: string): string {
  if (!isIPv6(address) || address.includes('.')) return address
  const [head = '', tail] = address.split('::')
  const groups = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - groups.length - after.length)
  return [...groups, ...Array.from({ length: zeros }, () => '0'), ...after].slice(0, 4).join(':')
}
