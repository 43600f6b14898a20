import type { LineClock } from './line-clock.ts'
import type { RawLine, Source } from './raw-line.ts'
import type { ByteLine } from './split-lines.ts'

/** What runs on from line to line of a source that has no clock and no ids of its own. */
export interface LineState {
  clock: LineClock
  seq: number
  /** The id of the beginning of a line that was taken before its newline came. */
  openLine: string | null
  /** The id of the line that begins at an offset. */
  idOf: (offset: number) => string
}

const carriageReturn = 0x0d

/** Gives a line of bytes its text, time, number and id. Undefined for a lone newline that ends a line taken before. */
export function rawLineOf(
  source: Source,
  state: LineState,
  line: ByteLine,
  nowMs: number,
): RawLine | undefined {
  const { bytes, lostBytes, terminated } = line
  // Invalid UTF-8 becomes U+FFFD here.
  const text = (bytes.at(-1) === carriageReturn ? bytes.subarray(0, -1) : bytes).toString()
  const continues = state.openLine
  const entryId = state.idOf(line.start)
  state.openLine = terminated ? null : (continues ?? entryId)
  if (continues !== null && terminated && text === '' && lostBytes === 0) return undefined
  state.seq += 1
  const time = state.clock.next(nowMs)
  return {
    source,
    text,
    time,
    seq: state.seq,
    entryId,
    output: null,
    rawBytes: bytes.length + lostBytes,
    lostBytes,
    continues,
    isOpen: !terminated,
  }
}
