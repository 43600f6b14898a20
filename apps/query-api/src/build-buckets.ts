import { formatTimestamp, levelOfSeverity } from '@logboom/contracts'
import type { LogBucket, LogTime } from '@logboom/contracts'
import type { TimeCount } from '@logboom/db'

export interface BucketRange {
  since: LogTime
  until: LogTime
  intervalSeconds: number
}

/** Every bucket that `[since, until)` touches, with the counts that lie in it. */
export function buildBuckets(counts: readonly TimeCount[], range: BucketRange): LogBucket[] {
  const intervalUs = range.intervalSeconds * 1e6
  const first = Math.floor(range.since.us / intervalUs)
  const end = Math.ceil(endUsOf(range.until) / intervalUs)
  const isEmpty = lengthUsOf(range) <= 0
  const buckets = Array.from({ length: isEmpty ? 0 : end - first }, (_, index): LogBucket => ({
    time: formatTimestamp({ us: (first + index) * intervalUs, ns: 0 }),
    total: 0,
    levels: { TRACE: 0, DEBUG: 0, INFO: 0, WARN: 0, ERROR: 0, FATAL: 0, none: 0 },
  }))
  for (const { atUs, severity, rows } of counts) {
    const bucket = buckets[atUs / intervalUs - first]
    if (!bucket) throw new Error('a count outside the range')
    bucket.total += rows
    bucket.levels[(severity === null ? null : levelOfSeverity(severity)) ?? 'none'] += rows
  }
  return buckets
}

/** Whole microseconds that a range takes part in. */
export function lengthUsOf({ since, until }: Pick<BucketRange, 'since' | 'until'>): number {
  return until.us < since.us || (until.us === since.us && until.ns <= since.ns)
    ? 0
    : endUsOf(until) - since.us
}

function endUsOf({ us, ns }: LogTime): number {
  return us + (ns > 0 ? 1 : 0)
}
