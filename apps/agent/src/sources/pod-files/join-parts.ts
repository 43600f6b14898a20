import type { LogTime } from '@logboom/contracts'
import type { LogPart } from './parse-part.ts'

/** A line as the container wrote it. */
export interface WholeLine {
  /** Of its first part: the kubelet tells that one too. */
  time: LogTime
  output: 'stdout' | 'stderr'
  /** The head of a line that is too long. Valid until the next call. */
  bytes: Buffer
  /** Bytes that were not kept. */
  lostBytes: number
}

export interface PartJoiner {
  /** The line that a part completes; `lostBytes` of the part were not even read. */
  take(part: LogPart, lostBytes?: number): WholeLine | undefined
  /** Lines whose end has not come, in the order in which they began, as far as they go. */
  flush(): WholeLine[]
  isOpen(output: LogPart['output']): boolean
  readonly openCount: number
}

interface OpenLine {
  time: LogTime
  kept: Buffer[]
  keptBytes: number
  bytes: number
}

/** Joins the parts of lines, of each output by itself: those of the other may come between. */
export function createPartJoiner(lineBytesMax: number): PartJoiner {
  const open = new Map<LogPart['output'], OpenLine>()
  return {
    take(part, lostBytes = 0) {
      const { time, output, text, isPartial } = part
      const line = open.get(output)
      if (!line && !isPartial) {
        const bytes = text.subarray(0, lineBytesMax)
        return { time, output, bytes, lostBytes: lostBytes + text.length - bytes.length }
      }
      const joined = line ?? { time, kept: [], keptBytes: 0, bytes: 0 }
      keep(joined, text, lineBytesMax)
      joined.bytes += lostBytes
      if (isPartial) open.set(output, joined)
      else open.delete(output)
      return isPartial ? undefined : wholeLine(output, joined)
    },
    flush() {
      const lines = [...open].map(([output, line]) => wholeLine(output, line))
      open.clear()
      return lines
    },
    isOpen: (output) => open.has(output),
    get openCount() {
      return open.size
    },
  }
}

function keep(line: OpenLine, text: Buffer, lineBytesMax: number): void {
  line.bytes += text.length
  const room = lineBytesMax - line.keptBytes
  if (room <= 0 || text.length === 0) return
  // Its memory is the next line's.
  const head = Buffer.from(text.subarray(0, room))
  line.kept.push(head)
  line.keptBytes += head.length
}

function wholeLine(output: LogPart['output'], { time, kept, keptBytes, bytes }: OpenLine): WholeLine {
  return { time, output, bytes: Buffer.concat(kept), lostBytes: bytes - keptBytes }
}
