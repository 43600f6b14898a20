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
  /**
   * A reading begins, from a time on: all lines of one time are in it, or none. `isNewLog` when it is of a log that was
   * not read before, as after a restart of the container: then nothing is known, and nothing is missed.
   */
  beginReading(how?: { isNewLog: boolean }): void
  /** Whether the next line of this reading was taken in an earlier one. To be asked once for each line, in their order. */
  isKnown(time: LogTime, bytes: Uint8Array): boolean
  /** Whether this reading has met a line of an earlier one: the proof that nothing lies between. */
  readonly hasMetKnown: boolean
  /**
   * There is something to meet, and it was not met so far. A log does not change its order: if it comes, then what came
   * before it was taken earlier, known or not. If it does not come, it is gone, and with it what lay behind it.
   */
  readonly isUnproven: boolean
  /** Takes the line that `isKnown` was asked of last, which is new; returns its id. */
  take(time: LogTime, rawBytes: number, text: string): string
  /** Passes over that line, as it was taken earlier; it counts among its equals. */
  skip(time: LogTime): void
  /** The latest time of a line. */
  readonly latest: LogTime | null
  /** Where the next reading goes on, less its slack: the time of the line taken last, which a clock set back makes earlier than the latest. */
  readonly resumeAt: LogTime | null
  /** What is needed to meet them again after a restart. */
  save(): SavedLines
}

export interface SeenLinesOptions {
  idOf: (content: LineContent) => string
  /** Keys the hashes of lines as they were read, which may hold secrets; never leaves the machine. */
  printKey: string
  saved?: SavedLines
  latest?: LogTime | null
}

/** How long before `resumeAt` a reading begins, in whole seconds, as the kubelet cuts times: lines may come out of order. */
export const slackSeconds = 2

/** Lines that are so much later than the last one were written before the clock was set back. */
const aheadUsMax = 60e6
const linesMax = 65_536
/** A position is written with every batch, and the line taken last proves as much as all of them. */
const savedMax = 4

export function createSeenLines({ idOf, printKey, saved = [], latest = null }: SeenLinesOptions): SeenLines {
  const state: State = { ...emptyWindow(), reading: 0, latest, last: latest, print: '' }
  const print = createPrint(printKey)
  for (const [us, ns, bytesHash, textHash] of saved)
    remember(state, { us, ns, print: bytesHash, textHash, reading: 0 })
  Object.assign(state, { latest, last: latest })
  return {
    beginReading({ isNewLog } = { isNewLog: false }) {
      if (isNewLog) Object.assign(state, emptyWindow())
      else if (state.isUnproven) dropSkipped(state)
      state.reading += 1
      state.hasMetKnown = false
      state.isUnproven = state.groups.size > 0
    },
    isKnown(time, bytes) {
      state.print = print(bytes)
      return meet(state, time)
    },
    take(time, rawBytes, text) {
      const id = idOf({ time, rawBytes, text, occurrence: 0 })
      const line = newLine(state, time, id.slice(0, 12))
      const occurrence = occurrenceOf(state, line)
      remember(state, line)
      forget(state)
      return occurrence === 0 ? id : idOf({ time, rawBytes, text, occurrence })
    },
    skip: (time) => addToGroup(state, newLine(state, time, null)),
    get hasMetKnown() {
      return state.hasMetKnown
    },
    get isUnproven() {
      return state.isUnproven
    },
    get latest() {
      return state.latest
    },
    get resumeAt() {
      return state.last
    },
    save: () =>
      state.recent.map(({ us, ns, print: bytesHash, textHash }) => [us, ns, bytesHash, textHash ?? '']),
  }
}

interface SeenLine {
  us: number
  ns: number
  /** Of its bytes as they were read. */
  print: string
  /** Of its text without secrets, and its length; null where nobody looked into it. */
  textHash: string | null
  /** The reading that met or took it last. */
  reading: number
}

/** The lines of one microsecond. */
interface Group {
  lines: SeenLine[]
  /** The lines before it were met by the reading that touched the group last. */
  cursor: number
  reading: number
}

interface Window {
  /** By microseconds since 1970, in the order in which they came. */
  groups: Map<number, Group>
  lines: number
  /** The lines taken last, for `save`. */
  recent: SeenLine[]
  hasMetKnown: boolean
  isUnproven: boolean
}

interface State extends Window {
  reading: number
  latest: LogTime | null
  last: LogTime | null
  /** Of the line that was asked about last. */
  print: string
}

function emptyWindow(): Window {
  return { groups: new Map(), lines: 0, recent: [], hasMetKnown: false, isUnproven: false }
}

/** Hashes the bytes of lines, in memory that is used again and again. */
function createPrint(key: string): (bytes: Uint8Array) => string {
  let memory = Buffer.alloc(1_024)
  let keyBytes = memory.write(key)
  return (bytes) => {
    const end = keyBytes + bytes.length
    if (end > memory.length) {
      memory = Buffer.alloc(end * 2)
      keyBytes = memory.write(key)
    }
    memory.set(bytes, keyBytes)
    return hash('sha256', memory.subarray(0, end), 'base64url').slice(0, 12)
  }
}

/** Lines of one time come in the order in which they came before, so that the search hardly ever goes beyond the cursor. */
function meet(state: State, { us, ns }: LogTime): boolean {
  const group = state.groups.get(us)
  if (!group) return false
  const { reading, print } = state
  if (group.reading !== reading) Object.assign(group, { reading, cursor: 0 })
  const { lines } = group
  while (lines[group.cursor]?.reading === reading) group.cursor += 1
  for (let at = group.cursor; at < lines.length; at += 1) {
    const line = lines[at]
    if (line?.print !== print || line.ns !== ns || line.reading === reading) continue
    line.reading = reading
    state.hasMetKnown = true
    state.isUnproven = false
    return true
  }
  return false
}

function newLine({ print, reading }: State, { us, ns }: LogTime, textHash: string | null): SeenLine {
  return { us, ns, print, textHash, reading }
}

/** How many lines of equal time and text this reading has met. */
function occurrenceOf({ groups, reading }: State, { us, ns, print, textHash }: SeenLine): number {
  const group = groups.get(us)
  if (!group) return 0
  let occurrence = 0
  for (const line of group.lines) {
    const isEqual = line.textHash === null ? line.print === print : line.textHash === textHash
    if (isEqual && line.ns === ns && line.reading === reading) occurrence += 1
  }
  return occurrence
}

function remember(state: State, line: SeenLine): void {
  addToGroup(state, line)
  state.last = line
  if (!state.latest || compareTimes(line, state.latest) > 0) state.latest = line
  if (state.recent.push(line) > savedMax) state.recent.shift()
}

function addToGroup(state: State, line: SeenLine): void {
  const group = state.groups.get(line.us)
  if (group) group.lines.push(line)
  else state.groups.set(line.us, { lines: [line], cursor: 0, reading: line.reading })
  state.lines += 1
}

/** Of a reading that proved nothing: what it passed over may be new. */
function dropSkipped(state: State): void {
  for (const [us, { lines }] of state.groups) {
    const kept = lines.filter(({ textHash }) => textHash !== null)
    state.lines -= lines.length - kept.length
    if (kept.length === 0) state.groups.delete(us)
    else state.groups.set(us, { lines: kept, cursor: 0, reading: 0 })
  }
}

/** What no reading will show again. Lines come nearly in the order of their times, so the oldest are the first. */
function forget(state: State): void {
  const nowUs = state.last?.us ?? 0
  const sinceUs = (Math.floor(nowUs / 1e6) - slackSeconds) * 1e6
  for (const [us, { lines }] of state.groups) {
    if (us >= sinceUs && us <= nowUs + aheadUsMax && state.lines <= linesMax) return
    state.groups.delete(us)
    state.lines -= lines.length
  }
}
