import type { LogHistogram } from '@logboom/contracts'
import type { TimeZone } from '../format/format-time.ts'
import { formatClock, formatDay } from '../format/format-time.ts'

export type LevelName = keyof LogHistogram['buckets'][number]['levels']

/** From the bottom of a bar to its top: what is worst lies where bars begin, and can be compared. */
export const stackedLevels: readonly LevelName[] = [
  'FATAL',
  'ERROR',
  'WARN',
  'INFO',
  'DEBUG',
  'TRACE',
  'none',
]

/** All in fractions of the width and the height. */
export interface Bar {
  fromMs: number
  toMs: number
  x: number
  width: number
  total: number
  parts: { level: LevelName; y: number; height: number; count: number }[]
}

export interface Tick {
  x: number
  words: string
}

export interface HistogramLayout {
  fromMs: number
  toMs: number
  bars: Bar[]
  /** What a bar of full height stands for. */
  peak: number
  /** Up to here nothing was counted; 0 when all was. */
  uncountedUntil: number
  /** From here on lines may still arrive; undefined when it is not known. */
  completeUntil: number | undefined
}

export function layoutHistogram(histogram: LogHistogram): HistogramLayout {
  const [fromMs, toMs] = [Date.parse(histogram.since), Date.parse(histogram.until)]
  const peak = Math.max(1, ...histogram.buckets.map(({ total }) => total))
  const place = (ms: number) => clamp((ms - fromMs) / Math.max(toMs - fromMs, 1))
  const bars = histogram.buckets.map((bucket) => {
    const begin = Math.max(Date.parse(bucket.time), fromMs)
    const end = Math.min(Date.parse(bucket.time) + histogram.interval_seconds * 1000, toMs)
    let top = 1
    const parts = stackedLevels
      .map((level) => ({ level, count: bucket.levels[level], height: bucket.levels[level] / peak, y: 0 }))
      .filter(({ count }) => count > 0)
      .map((part) => ({ ...part, y: (top -= part.height) }))
    return {
      fromMs: begin,
      toMs: end,
      x: place(begin),
      width: place(end) - place(begin),
      total: bucket.total,
      parts,
    }
  })
  return {
    fromMs,
    toMs,
    bars,
    peak,
    uncountedUntil: histogram.counted_from === undefined ? 0 : place(Date.parse(histogram.counted_from)),
    completeUntil:
      histogram.complete_until === null ? undefined : place(Date.parse(histogram.complete_until)),
  }
}

const secondMs = 1000
const minuteMs = 60 * secondMs
const hourMs = 60 * minuteMs
const steps = [
  secondMs,
  5 * secondMs,
  10 * secondMs,
  30 * secondMs,
  minuteMs,
  2 * minuteMs,
  5 * minuteMs,
  10 * minuteMs,
  15 * minuteMs,
  30 * minuteMs,
  hourMs,
  2 * hourMs,
  3 * hourMs,
  6 * hourMs,
  12 * hourMs,
  24 * hourMs,
]
const ticksMax = 8

/** Round times of the zone, at most eight. */
export function layoutTicks(fromMs: number, toMs: number, zone: TimeZone): Tick[] {
  const length = toMs - fromMs
  const stepMs =
    steps.find((step) => length / step <= ticksMax) ??
    Math.ceil(length / ticksMax / hourMs / 24) * hourMs * 24
  const shift = zone === 'utc' ? 0 : -new Date(fromMs).getTimezoneOffset() * minuteMs
  const first = Math.ceil((fromMs + shift) / stepMs) * stepMs - shift
  const ticks: Tick[] = []
  for (let at = first; at < toMs; at += stepMs) {
    ticks.push({ x: (at - fromMs) / length, words: wordsOf(new Date(at).toISOString(), stepMs, zone) })
  }
  return ticks
}

function wordsOf(time: string, stepMs: number, zone: TimeZone): string {
  if (stepMs >= 24 * hourMs) return formatDay(time, zone).slice(5)
  const clock = formatClock(time, zone)
  return clock.slice(0, stepMs < minuteMs ? 8 : 5)
}

function clamp(fraction: number): number {
  return Math.min(1, Math.max(0, fraction))
}
