import type { LogTime } from '@logboom/contracts'

export type Age = 'fresh' | 'expired' | 'in_future'

export interface PushClock {
  /** The sender's own clock when it sent; null when it did not say. */
  sentUs: number | null
  receivedUs: number
}

/** How far off a sender's clock may be for its times to stand as they are: it bounds the partitions that can be asked for. */
const clockSkewUsMax = 48 * 3_600e6

/**
 * Judges an entry by its sender's own clock where that is known, so that a skewed node loses nothing:
 * age = `sent_at` − timestamp, else receipt − timestamp.
 */
export function judgeAge(
  time: LogTime,
  { sentUs, receivedUs }: PushClock,
  bounds: { retentionUs: number; futureSkewUsMax: number },
): Age {
  const ageUs = (sentUs ?? receivedUs) - time.us
  if (ageUs > bounds.retentionUs) return 'expired'
  return ageUs < -bounds.futureSkewUsMax ? 'in_future' : 'fresh'
}

/** What brings the times of a clock that is days off, such as 1970's of a node that has just booted, into our own time. */
export function clockShiftUs({ sentUs, receivedUs }: PushClock): number {
  if (sentUs === null || Math.abs(receivedUs - sentUs) <= clockSkewUsMax) return 0
  return receivedUs - sentUs
}
