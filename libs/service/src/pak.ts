import { createHash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto'
import { base58 } from '@scure/base'

const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

export interface IssuedKey {
  /** `logboom_<short>_<long>`: shown once, stored nowhere. */
  pak: string
  /** Indexed; no secret. */
  short: string
  /** Hex SHA-256 of the long part: all that is stored of it. */
  longHash: string
}

/** A new prefixed API key. The long part has 192 random bits, so a plain hash of it needs neither salt nor stretching. */
export function issuePak(): IssuedKey {
  const short = Array.from({ length: 8 }, () => alphabet.charAt(randomInt(alphabet.length))).join('')
  const long = base58.encode(randomBytes(24))
  return { pak: `logboom_${short}_${long}`, short, longHash: hashLong(long) }
}

/** 24 bytes are 32 or 33 characters of base58, fewer when they begin with zeros; never fewer than 24. */
const shape = /^logboom_([1-9A-HJ-NP-Za-km-z]{8,16})_([1-9A-HJ-NP-Za-km-z]{24,33})$/

/** The parts of a PAK, or null for anything that `issuePak` cannot have made. */
export function parsePak(text: string): { short: string; long: string } | null {
  const [, short, long] = shape.exec(text) ?? []
  return short !== undefined && long !== undefined ? { short, long } : null
}

/** Hex SHA-256 of the long part as text. */
export function hashLong(long: string): string {
  return createHash('sha256').update(long).digest('hex')
}

/** Whether the long part belongs to a stored hash, in constant time. */
export function longMatches(long: string, longHash: string): boolean {
  const stored = Buffer.from(longHash, 'hex')
  const given = createHash('sha256').update(long).digest()
  return stored.length === given.length && timingSafeEqual(stored, given)
}
