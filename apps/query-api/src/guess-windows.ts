import { isDeepStrictEqual } from 'node:util'
import { anyStream } from '@logboom/db'
import type { WindowPlan } from './time-windows.ts'
import type { Walk } from './walk-rows.ts'

export interface WindowGuess extends Required<Omit<WindowPlan, 'unitUs'>> {
  /** From this window on, 0 being the first, the counts are asked where the rows are before any is looked at. */
  countedFrom: number
}

/** A stream's last use is written down this much later, at most. */
const lastSeenLagUs = 300e6
/** Each of so many streams can be looked into by itself, so that no window is too wide for them. */
const fewStreams = 100
/** The counts of so few lines are read in a millisecond. */
const sparseRows = 2_000
/** Lines that are looked at before PostgreSQL is asked again, where nobody knows how many of them match. */
const unknownRows = 5_000
/** Where nobody knows how many lines there are. */
const blindUs = 2e6

/**
 * Where a page of `rows` rows will be found, by how many lines the streams have and for how long they have been there.
 * A wrong guess costs time and nothing else: windows cover the whole range, and the counts know each row.
 */
export function guessWindows(walk: Walk, rows: number): WindowGuess {
  const { order, nowUs, lines, streams, filter, matches } = walk
  const mustLook = matches !== null || filter.text !== null || filter.attributes.length > 0
  const hasLevels = filter.severities.length > 0
  const plain = { order, nowUs, growth: 8, countedFrom: Infinity }
  const levels = { growth: 64, countedFrom: 1 }
  // What is known to lie in a few places is looked for in all of them at once.
  if (walk.spans) return { ...plain, firstUs: Infinity }
  if (isEverything(walk) && !mustLook)
    return hasLevels
      ? { ...plain, ...levels, growth: 512, firstUs: blindUs / 4 }
      : { ...plain, firstUs: blindUs }
  const isFew = 'ids' in streams && streams.ids.length <= fewStreams
  const looks = rows * (isFew ? 4 : 2) * (hasLevels ? 6 : 1)
  // Where no window is too wide, too wide is better than to ask twice.
  const seenUs = Math.min(nowUs, isFew ? lines.toUs : lines.toUs + lastSeenLagUs)
  const widthOf = (count: number) => widthOfRows(walk, seenUs, count)
  const known = { ...plain, nowUs: seenUs }
  if (mustLook) return { ...known, firstUs: widthOf(Math.max(unknownRows, looks)) }
  if ('ids' in streams && lines.rows <= Math.max(sparseRows, 2 * rows))
    return { ...known, firstUs: Infinity, countedFrom: 0 }
  // Of many streams that are not all there are, most lines of a window may belong to others.
  if (!isFew) return { ...known, firstUs: widthOf(looks), countedFrom: 0 }
  return { ...known, firstUs: widthOf(looks), growth: 64, ...(hasLevels && levels) }
}

/** The time in which that many lines are written, were they written evenly for as long as they are kept. */
export function widthOfRows({ sight, lines, nowUs }: Walk, seenUs: number, rows: number): number {
  if (lines.rows === 0) return blindUs
  const keptUs = Math.max(0, ...sight.classes.map(({ retentionSeconds }) => retentionSeconds * 1e6))
  return (rows / lines.rows) * Math.max(0, seenUs - Math.max(lines.fromUs, nowUs - keptUs))
}

/** All that there is, of all agents. */
export function isEverything({ streams, sight: { scope } }: Walk): boolean {
  if ('ids' in streams || scope.agents || scope.namespaces) return false
  return isDeepStrictEqual(streams.filter, anyStream)
}
