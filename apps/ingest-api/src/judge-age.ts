import type { LogTime } from '@logboom/contracts'

export type Age = 'fresh' | 'expired' | 'in_future'

/** How far a sender's clock may be off before it is not believed any more: it bounds the partitions that can be asked for. */
const clockSkewUsMax = 48 * 3_600e6

/**
 * Judges an entry by its sender's own clock where that is known, so that a skewed node loses nothing:
 * age = `sent_at` − timestamp, else receipt − timestamp.
 */
export function judgeAge(
  time: LogTime,
  clock: { sentUs: number | null; receivedUs: number },
  bounds: { retentionUs: number; futureSkewUsMax: number },
): Age {
  const { sentUs, receivedUs } = clock
  const believed = sentUs !== null && Math.abs(sentUs - receivedUs) <= clockSkewUsMax
  const ageUs = (believed ? sentUs : receivedUs) - time.us
  if (ageUs > bounds.retentionUs) return 'expired'
  return ageUs < -bounds.futureSkewUsMax ? 'in_future' : 'fresh'
}
