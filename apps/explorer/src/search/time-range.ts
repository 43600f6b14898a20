import { formatDuration } from '../format/format-duration.ts'
import type { TimeZone } from '../format/format-time.ts'
import { formatMoment } from '../format/format-time.ts'

/** What the picker offers; the API counts them from its own clock. */
export const presets = [
  { since: '5m', name: 'Last 5 minutes' },
  { since: '15m', name: 'Last 15 minutes' },
  { since: '30m', name: 'Last 30 minutes' },
  { since: '1h', name: 'Last hour' },
  { since: '3h', name: 'Last 3 hours' },
  { since: '6h', name: 'Last 6 hours' },
  { since: '12h', name: 'Last 12 hours' },
] as const

export interface TimeRange {
  since: string
  until: string
}

const unitMs: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }

/** Milliseconds of `15m`, `1h30m`; undefined for a fixed time. */
export function durationOf(text: string): number | undefined {
  if (!/^(\d{1,9}[smhdw])+$/.test(text)) return undefined
  return [...text.matchAll(/(\d+)([smhdw])/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (unitMs[unit ?? ''] ?? 0),
    0,
  )
}

const momentShape = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d /

export function describeRange({ since, until }: TimeRange, zone: TimeZone): string {
  const preset = presets.find((known) => known.since === since)
  if (until === '' && preset) return preset.name
  const length = durationOf(since)
  if (until === '' && length !== undefined) return `Last ${formatDuration(length / 1000)}`
  const [begin, end] = [describeTime(since, zone), until === '' ? 'now' : describeTime(until, zone)]
  // of one day the day is said once, and so is the zone
  const isOneDay = begin.slice(0, 11) === end.slice(0, 11) && begin.slice(19) === end.slice(19)
  return isOneDay && momentShape.test(begin)
    ? `${begin.slice(0, 19)} – ${end.slice(11)}`
    : `${begin} – ${end}`
}

function describeTime(text: string, zone: TimeZone): string {
  if (durationOf(text) !== undefined) return `${text} ago`
  return Number.isNaN(Date.parse(text)) ? text : formatMoment(text, zone)
}

/** The range in milliseconds since 1970, relative times counted from `nowMs`. */
export function resolveRange({ since, until }: TimeRange, nowMs: number): { from: number; to: number } {
  return { from: resolveTime(since, nowMs), to: until === '' ? nowMs : resolveTime(until, nowMs) }
}

/** Twice as long around the same middle, though not into the future. */
export function zoomedOut(from: number, to: number, nowMs: number): TimeRange {
  const half = Math.max(to - from, 1000) / 2
  const end = Math.min(to + half, nowMs)
  return fixedRange(end - 4 * half, end)
}

export function zoomedIn(from: number, to: number): TimeRange {
  const quarter = (to - from) / 4
  return fixedRange(from + quarter, to - quarter)
}

/** Half a range earlier (-1) or later (1). */
export function moved(from: number, to: number, direction: -1 | 1): TimeRange {
  const step = ((to - from) / 2) * direction
  return fixedRange(from + step, to + step)
}

export function fixedRange(fromMs: number, toMs: number): TimeRange {
  return { since: new Date(Math.floor(fromMs)).toISOString(), until: new Date(Math.ceil(toMs)).toISOString() }
}

function resolveTime(text: string, nowMs: number): number {
  const ago = durationOf(text)
  if (ago !== undefined) return nowMs - ago
  const parsed = Date.parse(text)
  return Number.isNaN(parsed) ? nowMs : parsed
}
