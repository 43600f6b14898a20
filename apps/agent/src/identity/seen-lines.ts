import { hash } from 'node:crypto'
import { compareTimes } from '@logboom/contracts'
import type { LogTime } from '@logboom/contracts'
import type { SavedLines } from '../spool/position.ts'
import type { LineContent } from './content-ids.ts'
import {
  addLine,
  countEqual,
  createLineWindow,
  isFull,
  keepLines,
  latestLines,
  makeRoom,
  meetLine,
} from './line-window.ts'
import type { HashPair, LineWindow, WindowLine } from './line-window.ts'

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
  isKnown(time: LogTime, bytes: Buffer): boolean
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
  const state: State = {
    window: createLineWindow(),
    reading: 0,
    hasMetKnown: false,
    isUnproven: false,
    latest,
    last: latest,
    print: { high: 0, low: 0 },
  }
  const print = createPrint(printKey)
  for (const [us, ns, bytesHash, textHash] of saved)
    remember(state, { time: { us, ns }, print: pairOf(bytesHash), text: pairOf(textHash), reading: 0 })
  Object.assign(state, { latest, last: latest })
  return {
    beginReading({ isNewLog } = { isNewLog: false }) {
      if (isNewLog) forgetAll(state)
      else if (state.isUnproven) keepLines(state.window, (_us, isSkipped) => !isSkipped)
      state.reading += 1
      state.hasMetKnown = false
      state.isUnproven = state.window.count > 0
    },
    isKnown(time, bytes) {
      state.print = print(bytes)
      return meet(state, time)
    },
    take(time, rawBytes, text) {
      const id = idOf({ time, rawBytes, text, occurrence: 0 })
      const line = { time, print: state.print, text: pairOf(id), reading: state.reading }
      const occurrence = time.us > state.window.latestUs ? 0 : countEqual(state.window, line)
      remember(state, line)
      return occurrence === 0 ? id : idOf({ time, rawBytes, text, occurrence })
    },
    skip: (time) => add(state, { time, print: state.print, text: null, reading: state.reading }),
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
    save: () => latestLines(state.window, savedMax).map(savedLine),
  }
}

interface State {
  window: LineWindow
  reading: number
  hasMetKnown: boolean
  isUnproven: boolean
  latest: LogTime | null
  last: LogTime | null
  /** Of the line that was asked about last. */
  print: HashPair
}

/** Hashes the bytes of lines, in memory that is used again and again. */
function createPrint(key: string): (bytes: Buffer) => HashPair {
  let memory = Buffer.alloc(1_024)
  let keyBytes = memory.write(key)
  return (bytes) => {
    const end = keyBytes + bytes.length
    if (end > memory.length) {
      memory = Buffer.alloc(end * 2)
      keyBytes = memory.write(key)
    }
    bytes.copy(memory, keyBytes)
    return pairOf(hash('sha256', memory.subarray(0, end)))
  }
}

const hexOfHalf = 8

/** The first 64 bits of a hash in hexadecimal digits. */
function pairOf(hex: string): HashPair {
  return { high: halfOf(hex, 0), low: halfOf(hex, hexOfHalf) }
}

function halfOf(hex: string, from: number): number {
  let value = 0
  for (let at = from; at < from + hexOfHalf; at += 1) {
    const code = hex.charCodeAt(at)
    value = value * 16 + (code < 0x3a ? code - 0x30 : code - 0x57)
  }
  return value
}

function savedLine({ time, print, text }: WindowLine): SavedLines[number] {
  return [time.us, time.ns, hexOf(print), text ? hexOf(text) : '']
}

function hexOf({ high, low }: HashPair): string {
  return high.toString(16).padStart(hexOfHalf, '0') + low.toString(16).padStart(hexOfHalf, '0')
}

/** Lines come in the order in which they came before, so that the search hardly ever goes beyond the next one. */
function meet(state: State, time: LogTime): boolean {
  const { window, print, reading } = state
  // As most lines are: nothing of its time can have come before.
  if (time.us > window.latestUs) return false
  if (!meetLine(window, time, print, reading)) return false
  state.hasMetKnown = true
  state.isUnproven = false
  return true
}

function remember(state: State, line: WindowLine): void {
  const { time } = line
  add(state, line)
  state.last = time
  if (!state.latest || compareTimes(time, state.latest) > 0) state.latest = time
}

function add(state: State, line: WindowLine): void {
  if (isFull(state.window)) {
    forget(state)
    makeRoom(state.window, linesMax)
  }
  addLine(state.window, line)
}

/** What no reading will show again. */
function forget({ window, last }: State): void {
  const nowUs = last?.us ?? 0
  const sinceUs = (Math.floor(nowUs / 1e6) - slackSeconds) * 1e6
  keepLines(window, (us) => us >= sinceUs && us <= nowUs + aheadUsMax)
}

function forgetAll(state: State): void {
  state.window = createLineWindow()
  state.isUnproven = false
}
