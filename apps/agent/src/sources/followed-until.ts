/** What comes of a log that is followed. */
export interface Taking {
  /** Bytes have come and are being taken, or wait for room. */
  isBusy: boolean
  /** When the last ones were, by `performance.now()`. */
  atMs: number
  /** The time of the last line, microseconds since 1970; null before the first. */
  lineUs: number | null
}

/**
 * What a stream that is followed is behind the container at most, when nothing is wrong: the runtime writes, the server
 * notices and hands on. Nobody promises it, so it orders what is shown and never decides what is stored.
 */
const followLagUs = 5e6
/** Bytes that follow one another within that are of one piece. */
const quietMs = 1_000
/** Lines of two outputs are written up to so much out of order. */
const disorderUs = 1e6

/**
 * Up to when everything in a log that is followed was taken, microseconds since 1970; null while that is not known. A
 * silent stream has brought all there is; while bytes come, as many as were written in an hour away, their lines say it.
 * `throughUs`: what was known before.
 */
export function followedUntilUs(nowMs: number, taking: Taking, throughUs: number | null): number | null {
  const healthyUs = nowMs * 1000 - followLagUs
  if (!taking.isBusy && performance.now() - taking.atMs >= quietMs) return healthyUs
  const takenUs = taking.lineUs === null ? -Infinity : taking.lineUs - disorderUs
  const knownUs = Math.min(healthyUs, Math.max(takenUs, throughUs ?? -Infinity))
  return Number.isFinite(knownUs) ? knownUs : null
}
