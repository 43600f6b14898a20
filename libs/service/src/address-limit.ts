import { isIPv6 } from 'node:net'
import { Problem } from '@logboom/contracts'
import { createRecentMap } from './recent-map.ts'

export interface AddressLimit {
  /** Takes one attempt of an address. @throws {Problem} 429 with `Retry-After` when it has none left */
  take(address: string): void
  /** Gives back the attempt that turned out to be honest. */
  giveBack(address: string): void
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

  return {
    take(address) {
      const bucket = bucketOf(address)
      if (bucket.left < 1) {
        const headers = { 'Retry-After': String(Math.ceil(1 / perSecond)) }
        throw new Problem('too_many_requests', 'too many unknown credentials from this address', { headers })
      }
      bucket.left -= 1
    },
    giveBack(address) {
      const bucket = bucketOf(address)
      bucket.left = Math.min(burst, bucket.left + 1)
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
