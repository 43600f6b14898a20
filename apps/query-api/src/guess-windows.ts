import { isDeepStrictEqual } from 'node:util'
import { anyStream } from '@logboom/db'
import type { WindowPlan } from './time-windows.ts'
import type { Walk } from './walk-rows.ts'

export interface WindowGuess extends Required<WindowPlan> {
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
/** Where streams have no lines that are counted yet. */
const blindUs = 2e6

/**
 * Where a page of `rows` rows will be found, by how many lines the streams have and for how long they have been there.
 * A wrong guess costs time and nothing else: windows cover the whole range, and the counts know each row.
 */
export function guessWindows(walk: Walk, rows: number): WindowGuess {
  const { order, lines, streams, filter, matches } = walk
  const mustLook = matches !== null || filter.text !== null || filter.attributes.length > 0
  const hasLevels = filter.severities.length > 0
  const isFew = 'ids' in streams && streams.ids.length <= fewStreams
  const nowUs = Math.min(walk.nowUs, lines.toUs + lastSeenLagUs)
  const looks = rows * (isFew ? 4 : 2) * (hasLevels ? 6 : 1)
  const plain = { order, nowUs, firstUs: widthOf(walk, nowUs, looks), growth: isFew || hasLevels ? 64 : 8 }
  if (mustLook) {
    const firstUs = widthOf(walk, nowUs, Math.max(unknownRows, looks))
    return { ...plain, firstUs, growth: 8, countedFrom: Infinity }
  }
  if ('ids' in streams && lines.rows <= Math.max(sparseRows, 2 * rows))
    return { ...plain, firstUs: Infinity, countedFrom: 0 }
  // Of many streams that are not all there are, most lines of a window may belong to others.
  if (!isFew && !isEverything(walk)) return { ...plain, countedFrom: 0 }
  return { ...plain, countedFrom: hasLevels ? 1 : Infinity }
}

/** The time in which that many lines are written, were they written evenly. */
function widthOf({ range, lines }: Walk, nowUs: number, rows: number): number {
  if (lines.rows === 0) return blindUs
  const lengthUs = Math.min(range.toUs, nowUs) - Math.max(range.fromUs, lines.fromUs)
  return (rows / lines.rows) * Math.max(0, lengthUs)
}

function isEverything({ streams, sight: { scope } }: Walk): boolean {
  if ('ids' in streams || scope.agents || scope.namespaces) return false
  return isDeepStrictEqual(streams.filter, anyStream)
}
