import { hash } from 'node:crypto'
import { compareTimes } from '@logboom/contracts'
import type { LogTime } from '@logboom/contracts'
import type { SavedLines } from '../spool/position.ts'
import type { LineContent } from './content-ids.ts'

/**
 * The latest lines of one container, by which a reader that begins a little before the place where it left off knows
 * again what it has had. The times of a container's log are neither unique nor in order, so no time alone says where it was.
 */
export interface SeenLines {
  /** A reading begins, from a time on: all lines of one time are in it, or none. */
  beginReading(): void
  /** Whether the next line of this reading was taken in an earlier one. To be asked once for each line, in their order. */
  isKnown(time: LogTime, bytes: Uint8Array): boolean
  /** Whether this reading has met a line of an earlier one: the proof that nothing lies between. */
  readonly hasMetKnown: boolean
  /** Takes the line that `isKnown` was asked of last, which is new; returns its id. */
  take(time: LogTime, rawBytes: number, text: string): string
  /** The latest time of a line. */
  readonly latest: LogTime | null
  /** What is needed to know them again after a restart. */
  save(): SavedLines
}

export interface SeenLinesOptions {
  idOf: (content: LineContent) => string
  /** Keys the hashes of lines as they were read, which may hold secrets; never leaves the machine. */
  printKey: string
  saved?: SavedLines
  latest?: LogTime | null
}

/** A reading begins up to three seconds before the latest line: whole seconds, and two for lines out of order. */
const windowUs = 4e6
const linesMax = 65_536
/** A position holds fewer: what it does not hold is sent again, and stored once all the same. */
const savedMax = 1_000

export function createSeenLines({ idOf, printKey, saved = [], latest = null }: SeenLinesOptions): SeenLines {
  const state: State = { groups: new Map(), lines: 0, reading: 0, hasMetKnown: false, latest, bytesHash: '' }
  for (const [us, ns, bytesHash, textHash] of saved)
    remember(state, { us, ns }, { bytesHash, textHash, reading: 0 })
  return {
    beginReading() {
      state.reading += 1
      state.hasMetKnown = false
    },
    isKnown(time, bytes) {
      state.bytesHash = shortHash(printKey, bytes)
      const isMet = meet(state, state.groups.get(keyOf(time)))
      state.hasMetKnown ||= isMet
      return isMet
    },
    take(time, rawBytes, text) {
      const textHash = shortHash('', text)
      const occurrence = occurrenceOf(state, time, textHash)
      remember(state, time, { bytesHash: state.bytesHash, textHash, reading: state.reading })
      return idOf({ time, rawBytes, text, occurrence })
    },
    get hasMetKnown() {
      return state.hasMetKnown
    },
    get latest() {
      return state.latest
    },
    save: () => save(state),
  }
}

interface SeenLine {
  bytesHash: string
  textHash: string
  /** The reading that met it last. */
  reading: number
}

/** The lines of one time. */
interface Group {
  time: LogTime
  lines: SeenLine[]
  /** The lines before it were met by the reading that touched the group last. */
  cursor: number
  reading: number
}

interface State {
  groups: Map<string, Group>
  lines: number
  reading: number
  hasMetKnown: boolean
  latest: LogTime | null
  /** Of the line that was asked about last. */
  bytesHash: string
}

function keyOf({ us, ns }: LogTime): string {
  return `${us}.${ns}`
}

function shortHash(key: string, content: Uint8Array | string): string {
  const whole = typeof content === 'string' ? `${key}${content}` : Buffer.concat([Buffer.from(key), content])
  return hash('sha256', whole, 'base64url').slice(0, 10)
}

/** Lines of one time come in the order in which they came before, so that the search hardly ever goes beyond the cursor. */
function meet({ reading, bytesHash }: State, group: Group | undefined): boolean {
  if (!group) return false
  if (group.reading !== reading) Object.assign(group, { reading, cursor: 0 })
  const { lines } = group
  while (lines[group.cursor]?.reading === reading) group.cursor += 1
  for (let at = group.cursor; at < lines.length; at += 1) {
    const line = lines[at]
    if (line?.bytesHash !== bytesHash || line.reading === reading) continue
    line.reading = reading
    return true
  }
  return false
}

/** How many lines of equal time and text this reading has met. */
function occurrenceOf({ groups, reading }: State, time: LogTime, textHash: string): number {
  let occurrence = 0
  for (const line of groups.get(keyOf(time))?.lines ?? [])
    if (line.reading === reading && line.textHash === textHash) occurrence += 1
  return occurrence
}

function remember(state: State, time: LogTime, line: SeenLine): void {
  const key = keyOf(time)
  const group = state.groups.get(key)
  if (group) group.lines.push(line)
  else state.groups.set(key, { time, lines: [line], cursor: 0, reading: line.reading })
  state.lines += 1
  if (!state.latest || compareTimes(time, state.latest) > 0) state.latest = time
  if (state.lines % 1_024 === 0) forget(state)
}

function forget(state: State): void {
  const sinceUs = (state.latest?.us ?? 0) - windowUs
  for (const [key, { time, lines }] of state.groups) {
    if (time.us >= sinceUs && state.lines <= linesMax) continue
    state.groups.delete(key)
    state.lines -= lines.length
  }
}

/** The latest groups, each as a whole: of a group that is known in part, the rest would get the wrong occurrences. */
function save({ groups, latest }: State): SavedLines {
  const sinceUs = (latest?.us ?? 0) - windowUs
  const kept = [...groups.values()].filter(({ time }) => time.us >= sinceUs)
  kept.sort((a, b) => compareTimes(b.time, a.time))
  const saved: SavedLines = []
  for (const { time, lines } of kept) {
    if (saved.length > 0 && saved.length + lines.length > savedMax) break
    for (const { bytesHash, textHash } of lines) saved.push([time.us, time.ns, bytesHash, textHash])
  }
  return saved
}
