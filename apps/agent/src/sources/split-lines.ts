/** A line as bytes: offsets count from the start of the file or stream, the newline belongs to the line. */
export interface ByteLine {
  /** Without newline; at most `lineBytesMax` bytes, the head of what was longer. Valid until the next call. */
  bytes: Buffer
  start: number
  end: number
  /** Bytes of the line that were not kept. */
  lostBytes: number
  /** False for a piece that was taken before its newline came. */
  terminated: boolean
}

export interface LineSplitter {
  /** The lines that `chunk` completes. Take all of them before the next call. */
  write(chunk: Buffer): IterableIterator<ByteLine, undefined>
  /** What came after the last newline, as a line of its own; nothing if there is nothing to take. */
  takePartial(how?: { whole: boolean }): ByteLine | undefined
  /** Bytes since the last newline. */
  readonly partialBytes: number
  /** Where the line begins whose newline has not come. */
  readonly startOffset: number
}

const newline = 0x0a

/** Splits bytes at newlines, wherever the chunks end, holding at most `lineBytesMax` bytes of an open line. */
export function createLineSplitter(lineBytesMax: number, startOffset = 0): LineSplitter {
  const open: OpenLine = { lineBytesMax, start: startOffset, end: startOffset, kept: [], keptBytes: 0 }
  return {
    write: (chunk) => splitChunk(open, chunk),
    takePartial: ({ whole } = { whole: false }) => takePartial(open, whole),
    get partialBytes() {
      return open.end - open.start
    },
    get startOffset() {
      return open.start
    },
  }
}

/** What came since the last newline. */
interface OpenLine {
  readonly lineBytesMax: number
  start: number
  end: number
  kept: Buffer[]
  keptBytes: number
}

/** No generator, which makes two objects for each line. */
function splitChunk(open: OpenLine, chunk: Buffer): IterableIterator<ByteLine, undefined> {
  let from = 0
  const lines: IterableIterator<ByteLine, undefined> = {
    [Symbol.iterator]: () => lines,
    next() {
      const at = from < 0 ? -1 : chunk.indexOf(newline, from)
      if (at >= 0) {
        const value = lineOf(open, chunk.subarray(from, at))
        from = at + 1
        return { done: false, value }
      }
      if (from >= 0) keep(open, chunk.subarray(from))
      from = -1
      return { done: true, value: undefined }
    },
  }
  return lines
}

/** The line that ends with `rest`. */
function lineOf(open: OpenLine, rest: Buffer): ByteLine {
  const lineEnd = open.end + rest.length + 1
  if (open.end > open.start) {
    keep(open, rest)
    return finish(open, Buffer.concat(open.kept), lineEnd, true)
  }
  const kept = rest.length > open.lineBytesMax ? rest.subarray(0, open.lineBytesMax) : rest
  return finish(open, kept, lineEnd, true)
}

function takePartial(open: OpenLine, whole: boolean): ByteLine | undefined {
  if (open.end === open.start) return undefined
  const bytes = Buffer.concat(open.kept)
  const held = whole || open.keptBytes < open.end - open.start ? 0 : incompleteTail(bytes)
  if (held === 0) return finish(open, bytes, open.end, false)
  if (held === bytes.length) return undefined
  const tail = Buffer.from(bytes.subarray(bytes.length - held))
  const line = finish(open, bytes.subarray(0, bytes.length - held), open.end - held, false)
  keep(open, tail)
  return line
}

function keep(open: OpenLine, bytes: Buffer): void {
  open.end += bytes.length
  const room = open.lineBytesMax - open.keptBytes
  if (room <= 0 || bytes.length === 0) return
  // The chunk's memory is reused by the next read.
  const head = Buffer.from(bytes.subarray(0, room))
  open.kept.push(head)
  open.keptBytes += head.length
}

function finish(open: OpenLine, bytes: Buffer, lineEnd: number, terminated: boolean): ByteLine {
  const lostBytes = lineEnd - open.start - bytes.length - (terminated ? 1 : 0)
  const line = { bytes, start: open.start, end: lineEnd, lostBytes, terminated }
  open.start = open.end = lineEnd
  if (open.keptBytes > 0) open.kept = []
  open.keptBytes = 0
  return line
}

/** How many bytes at the end are the beginning of a UTF-8 sequence whose rest has not come yet. */
function incompleteTail(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0
    if (byte >= 0xc0) return sequenceLength(byte) > back ? back : 0
    if (byte < 0x80) return 0
  }
  return 0
}

function sequenceLength(lead: number): number {
  if (lead >= 0xf0) return 4
  return lead >= 0xe0 ? 3 : 2
}
