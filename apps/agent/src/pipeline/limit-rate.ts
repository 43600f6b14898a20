import { severityOf } from '@logboom/contracts'
import type { Level, LogTime } from '@logboom/contracts'
import type { RawLine, Source } from '../sources/raw-line.ts'

export interface RateSettings {
  /** A second, for each source; 0 = any number. */
  lines: number
  bytes: number
  /** What a source may save up while it is quiet. */
  burstSeconds: number
  /** Of the lines beyond the rate, how many are kept all the same. */
  samplePercent: number
}

export type DropReason = 'rate_limit' | 'sampled'

/** Why a line is not to be sent; null when it is. `fateId`: lines that share it, as those of a stack trace, are sampled alike. */
export type LimitRate = (line: RawLine, level: Level | null, fateId: string) => DropReason | null

/** Lines of two outputs are written out of order by less than that. */
const disorderSecondsMax = 2

/** So much of the burst is kept for warnings and errors, which come first when there is too much. */
const reserve = 0.2

/**
 * A bucket of lines and one of bytes for each source, filled by the clock of its lines: what counts is how fast a program
 * writes, not how fast its log is read after an outage. Beyond that, the ids of the lines decide which are kept. Null when
 * nothing is limited.
 */
export function createRateLimit(settings: RateSettings): LimitRate | null {
  const limits = [settings.lines, settings.bytes]
  if (limits.every((limit) => limit === 0)) return null
  const sources = new WeakMap<Source, Budget>()
  return (line, level, fateId) => {
    const budget = sources.get(line.source) ?? {
      left: limits.map((limit) => limit * settings.burstSeconds),
      time: line.time,
    }
    sources.set(line.source, budget)
    fill(budget, line.time, limits, settings.burstSeconds)
    const isUrgent = level !== null && severityOf[level] >= severityOf.WARN
    if (take(budget, [1, line.rawBytes], limits, isUrgent ? 0 : reserve * settings.burstSeconds)) return null
    if (settings.samplePercent === 0) return 'rate_limit'
    return percentOf(fateId) < settings.samplePercent ? null : 'sampled'
  }
}

interface Budget {
  /** Lines and bytes. */
  left: number[]
  /** Of the latest line. */
  time: LogTime
}

function fill(budget: Budget, time: LogTime, limits: readonly number[], burstSeconds: number): void {
  const seconds = (time.us - budget.time.us) / 1e6
  // The clock was set back: it must not stand still until it has come to where it was.
  if (seconds < -disorderSecondsMax) budget.time = time
  if (seconds <= 0) return
  budget.time = time
  budget.left = budget.left.map((left, index) => {
    const limit = limits[index] ?? 0
    return Math.min(limit * burstSeconds, left + limit * seconds)
  })
}

/** Takes what a line costs if there is more than `keptSeconds` of it; a line may cost more than there is. */
function take(
  { left }: Budget,
  costs: readonly number[],
  limits: readonly number[],
  keptSeconds: number,
): boolean {
  const isIn = limits.every((limit, index) => limit === 0 || (left[index] ?? 0) > limit * keptSeconds)
  if (isIn) costs.forEach((cost, index) => (left[index] = (left[index] ?? 0) - cost))
  return isIn
}

/** 0 up to 100, the same for the same id wherever it is asked. */
function percentOf(id: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < id.length; index += 1) hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  return (((hash ^ (hash >>> 12)) >>> 0) / 0x1_0000_0000) * 100
}
