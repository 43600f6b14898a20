import type { LogTime } from '@logboom/contracts'

/** 64 bits of a hash. */
export interface HashPair {
  high: number
  low: number
}

export interface WindowLine {
  time: LogTime
  /** Of its bytes as they were read. */
  print: HashPair
  /** Of its text without secrets, and its length; null where nobody looked into it. */
  text: HashPair | null
  /** The reading that met or took it last. */
  reading: number
}

/**
 * Lines in the order in which they came, as numbers: thousands of lines a second that live for some seconds each, as
 * objects, would keep a collector of garbage busy that must look at all of them.
 */
export interface LineWindow {
  count: number
  /** No line was later, in microseconds since 1970. */
  latestUs: number
  times: Float64Array
  /** `stride` numbers for each line: nanoseconds and a mark, print, text, reading. */
  rest: Uint32Array
  /** Where the last one was found. */
  cursor: number
}

const capacityMin = 16
const stride = 6
const skippedMark = 0x1_0000
const nsMask = 0xffff

export function createLineWindow(): LineWindow {
  return {
    count: 0,
    latestUs: -Infinity,
    times: new Float64Array(capacityMin),
    rest: new Uint32Array(capacityMin * stride),
    cursor: 0,
  }
}

/** Adds a line. There must be room. */
export function addLine(window: LineWindow, { time, print, text, reading }: WindowLine): void {
  const { rest, count } = window
  const at = count * stride
  window.times[count] = time.us
  rest[at] = time.ns | (text === null ? skippedMark : 0)
  rest[at + 1] = print.high
  rest[at + 2] = print.low
  rest[at + 3] = text?.high ?? 0
  rest[at + 4] = text?.low ?? 0
  rest[at + 5] = reading
  window.count += 1
  window.latestUs = Math.max(window.latestUs, time.us)
}

export function isFull({ count, times }: LineWindow): boolean {
  return count === times.length
}

/** Makes room, once what is of no use was left out: more memory, or less where most of it is empty; the oldest lines go. */
export function makeRoom(window: LineWindow, linesMax: number): void {
  const { count, times } = window
  if (count > times.length / 2) {
    if (times.length * 2 <= linesMax) resize(window, times.length * 2)
    else dropOldest(window, Math.floor(count / 2))
  } else if (count < times.length / 8 && times.length > capacityMin) resize(window, times.length / 2)
}

function resize(window: LineWindow, capacity: number): void {
  const { times, rest, count } = window
  window.times = new Float64Array(capacity)
  window.rest = new Uint32Array(capacity * stride)
  window.times.set(times.subarray(0, count))
  window.rest.set(rest.subarray(0, count * stride))
}

function dropOldest(window: LineWindow, lines: number): void {
  window.times.copyWithin(0, lines, window.count)
  window.rest.copyWithin(0, lines * stride, window.count * stride)
  window.count -= lines
  window.cursor = 0
}

/** Has `reading` meet a line of this time and content that it has not met, looked for from the last one on; false if there is none. */
export function meetLine(window: LineWindow, time: LogTime, print: HashPair, reading: number): boolean {
  const { cursor, count } = window
  for (let step = 0; step < count; step += 1) {
    const place = cursor + step < count ? cursor + step : cursor + step - count
    if (!isMatch(window, place, time, print, reading)) continue
    window.rest[place * stride + 5] = reading
    window.cursor = place
    return true
  }
  return false
}

function isMatch(
  window: LineWindow,
  place: number,
  time: LogTime,
  { high, low }: HashPair,
  reading: number,
): boolean {
  const { rest } = window
  const at = place * stride
  return (
    isAt(window, place, time) && rest[at + 1] === high && rest[at + 2] === low && rest[at + 5] !== reading
  )
}

function isAt({ times, rest }: LineWindow, place: number, { us, ns }: LogTime): boolean {
  return times[place] === us && ((rest[place * stride] ?? 0) & nsMask) === ns
}

function isSkipped({ rest }: LineWindow, place: number): boolean {
  return ((rest[place * stride] ?? 0) & skippedMark) !== 0
}

/** How many lines of this time and text a reading has met or taken. */
export function countEqual(window: LineWindow, { time, print, text, reading }: WindowLine): number {
  const { rest, count } = window
  let equal = 0
  for (let place = 0; place < count; place += 1) {
    const at = place * stride
    if (!isAt(window, place, time) || rest[at + 5] !== reading) continue
    // Equal bytes have equal texts.
    const mine = isSkipped(window, place) ? print : text
    const half = isSkipped(window, place) ? at + 1 : at + 3
    if (mine?.high === rest[half] && mine?.low === rest[half + 1]) equal += 1
  }
  return equal
}

/** The lines taken last, those that nobody looked into left out. */
export function latestLines(window: LineWindow, lines: number): WindowLine[] {
  const found: WindowLine[] = []
  for (let place = window.count - 1; place >= 0 && found.length < lines; place -= 1)
    if (!isSkipped(window, place)) found.unshift(lineAt(window, place))
  return found
}

function lineAt({ times, rest }: LineWindow, place: number): WindowLine {
  const of = rest.subarray(place * stride, (place + 1) * stride)
  const [ns = 0, high = 0, low = 0, textHigh = 0, textLow = 0, reading = 0] = of
  return {
    time: { us: times[place] ?? 0, ns: ns & nsMask },
    print: { high, low },
    text: { high: textHigh, low: textLow },
    reading,
  }
}

/** Keeps the lines for which this holds, given their microseconds and whether nobody looked into them. */
export function keepLines(window: LineWindow, isKept: (us: number, isSkipped: boolean) => boolean): void {
  const { times, rest, count } = window
  let kept = 0
  for (let place = 0; place < count; place += 1) {
    const us = times[place] ?? 0
    if (!isKept(us, isSkipped(window, place))) continue
    if (kept < place) {
      times[kept] = us
      rest.copyWithin(kept * stride, place * stride, (place + 1) * stride)
    }
    kept += 1
  }
  window.count = kept
  window.cursor = 0
}
