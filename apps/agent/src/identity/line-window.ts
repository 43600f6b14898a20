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
 * Lines in the order in which they were taken, as numbers: a thousand lines a second that live for some seconds each, as
 * objects, would keep a collector of garbage busy that must look at all of them.
 */
export interface LineWindow {
  readonly count: number
  /** No line was later, in microseconds since 1970. */
  readonly latestUs: number
  add(line: WindowLine): void
  /** Where a line of this time and content is that `reading` has not met, looked for from the place of the last one on; -1 = nowhere. */
  find(time: LogTime, print: HashPair, reading: number): number
  /** Notes that a reading has met the line at a place. */
  meet(place: number, reading: number): void
  /** How many lines of this time and text a reading has met or taken. */
  countEqual(line: WindowLine): number
  /** The lines taken last, those that nobody looked into left out. */
  latest(lines: number): WindowLine[]
  /** Keeps the lines for which this holds, given their microseconds and whether nobody looked into them. */
  keep(isKept: (us: number, isSkipped: boolean) => boolean): void
  clear(): void
}

const capacityMin = 16
/** Of each line: nanoseconds and a mark, print, text, reading. */
const stride = 6
const skippedMark = 0x1_0000
const nsMask = 0xffff

/** @param makeRoom Called when more memory would be needed; may `keep` less. */
export function createLineWindow(linesMax: number, makeRoom: () => void): LineWindow {
  let times = new Float64Array(capacityMin)
  let rest = new Uint32Array(capacityMin * stride)
  let count = 0
  let cursor = 0
  let latestUs = -Infinity

  function resize(capacity: number): void {
    const [oldTimes, oldRest] = [times, rest]
    times = new Float64Array(capacity)
    rest = new Uint32Array(capacity * stride)
    times.set(oldTimes.subarray(0, count))
    rest.set(oldRest.subarray(0, count * stride))
  }

  function dropOldest(lines: number): void {
    times.copyWithin(0, lines, count)
    rest.copyWithin(0, lines * stride, count * stride)
    count -= lines
    cursor = 0
  }

  function ensureRoom(): void {
    if (count < times.length) return
    makeRoom()
    if (count > times.length / 2) {
      if (times.length * 2 > linesMax) dropOldest(Math.floor(count / 2))
      else resize(times.length * 2)
    } else if (count < times.length / 8 && times.length > capacityMin) resize(times.length / 2)
  }

  function isAt(place: number, { us, ns }: LogTime): boolean {
    return times[place] === us && ((rest[place * stride] ?? 0) & nsMask) === ns
  }

  function isMatch(place: number, time: LogTime, { high, low }: HashPair, reading: number): boolean {
    const at = place * stride
    return isAt(place, time) && rest[at + 1] === high && rest[at + 2] === low && rest[at + 5] !== reading
  }

  function lineAt(place: number): WindowLine {
    const [ns = 0, high = 0, low = 0, textHigh = 0, textLow = 0, reading = 0] = rest.subarray(
      place * stride,
      (place + 1) * stride,
    )
    const text = (ns & skippedMark) === 0 ? { high: textHigh, low: textLow } : null
    return { time: { us: times[place] ?? 0, ns: ns & nsMask }, print: { high, low }, text, reading }
  }

  return {
    get count() {
      return count
    },
    get latestUs() {
      return latestUs
    },
    add({ time, print, text, reading }) {
      ensureRoom()
      times[count] = time.us
      latestUs = Math.max(latestUs, time.us)
      const { high, low } = text ?? { high: 0, low: 0 }
      const mark = text === null ? skippedMark : 0
      const at = count * stride
      rest[at] = time.ns | mark
      rest[at + 1] = print.high
      rest[at + 2] = print.low
      rest[at + 3] = high
      rest[at + 4] = low
      rest[at + 5] = reading
      count += 1
    },
    find(time, print, reading) {
      for (let place = cursor; place < count; place += 1)
        if (isMatch(place, time, print, reading)) return (cursor = place)
      for (let place = 0; place < cursor; place += 1) if (isMatch(place, time, print, reading)) return place
      return -1
    },
    meet(place, reading) {
      rest[place * stride + 5] = reading
      cursor = place
    },
    countEqual({ time, print, text, reading }) {
      let equal = 0
      for (let place = 0; place < count; place += 1) {
        if (!isAt(place, time)) continue
        const at = place * stride
        if (rest[at + 5] !== reading) continue
        const isSkipped = ((rest[at] ?? 0) & skippedMark) !== 0
        const [high, low] = isSkipped ? [rest[at + 1], rest[at + 2]] : [rest[at + 3], rest[at + 4]]
        const mine = isSkipped ? print : text
        if (mine?.high === high && mine?.low === low) equal += 1
      }
      return equal
    },
    latest(lines) {
      const found: WindowLine[] = []
      for (let place = count - 1; place >= 0 && found.length < lines; place -= 1) {
        const line = lineAt(place)
        if (line.text !== null) found.unshift(line)
      }
      return found
    },
    keep(isKept) {
      let kept = 0
      for (let place = 0; place < count; place += 1) {
        const isSkipped = ((rest[place * stride] ?? 0) & skippedMark) !== 0
        if (!isKept(times[place] ?? 0, isSkipped)) continue
        if (kept < place) {
          times[kept] = times[place] ?? 0
          rest.copyWithin(kept * stride, place * stride, (place + 1) * stride)
        }
        kept += 1
      }
      count = kept
      cursor = 0
    },
    clear() {
      latestUs = -Infinity
      count = 0
      cursor = 0
    },
  }
}
