import type { LogTime } from '@logboom/contracts'
import { parseTimestamp } from '@logboom/contracts'
import { parseLogLine } from '../kubernetes/parse-log-line.ts'

/** What one line of a log file holds: a line of the container, or a part of a long one. */
export interface LogPart {
  time: LogTime
  output: 'stdout' | 'stderr'
  /** Shares the memory of the bytes that were given, where it can. */
  text: Buffer
  /** The line goes on in the next part of the same output. */
  isPartial: boolean
}

const [space, brace, capitalP, colon] = [0x20, 0x7b, 0x50, 0x3a]

/** Of a line as container runtimes write it, `<time> stdout|stderr P|F <text>`, or Docker with `json-file`; null for others. */
export function parsePart(bytes: Buffer): LogPart | null {
  return bytes[0] === brace ? parseJsonPart(bytes) : parseCriPart(bytes)
}

const outputBytes = 'stdout '.length

function parseCriPart(bytes: Buffer): LogPart | null {
  const { time, text } = parseLogLine(bytes)
  if (!time || text[outputBytes - 1] !== space) return null
  const output = text.toString('latin1', 0, outputBytes - 1)
  if (output !== 'stdout' && output !== 'stderr') return null
  // `P` or `F`, and perhaps further tags behind colons.
  const after = text[outputBytes + 1]
  const end = after === colon ? text.indexOf(space, outputBytes) : outputBytes + 1
  // An empty line may end with its tag.
  const isWhole = end >= 0 && (end >= text.length || text[end] === space)
  const isPartial = text[outputBytes] === capitalP
  if (!isWhole || !(isPartial || text[outputBytes] === 0x46)) return null
  return { time, output, text: text.subarray(end + 1), isPartial }
}

function parseJsonPart(bytes: Buffer): LogPart | null {
  const content = parseJson(bytes.toString())
  if (typeof content !== 'object' || content === null) return null
  if (!('log' in content && 'stream' in content && 'time' in content)) return null
  const { log, stream, time: timeText } = content
  if (typeof log !== 'string' || typeof timeText !== 'string') return null
  const time = parseTimestamp(timeText)
  if (!time || (stream !== 'stdout' && stream !== 'stderr')) return null
  const isPartial = !log.endsWith('\n')
  return { time, output: stream, text: Buffer.from(isPartial ? log : log.slice(0, -1)), isPartial }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
