import type { LogTime } from '@logboom/contracts'
import { parseLogLine, timeBytesMax } from '../kubernetes/parse-log-line.ts'
import { createLineSplitter } from '../split-lines.ts'
import type { ByteLine, LineSplitter } from '../split-lines.ts'
import { createFrameDemuxer } from './demux-frames.ts'

/** A line as the engine tells it, its time taken off. */
export interface EngineLine {
  output: 'stdout' | 'stderr' | null
  time: LogTime
  /** Without newline and time. Valid until the next call. */
  bytes: Buffer
  /** Bytes that were not kept. */
  lostBytes: number
}

export interface EngineLogSplitter {
  /**
   * The lines that `chunk` completes.
   * @throws {MisalignedStream}
   * @throws {EngineFault} what the engine itself has to say in the middle of a log
   */
  write(chunk: Buffer): Generator<EngineLine>
  /** What a container wrote last and without a newline, once it writes no more. */
  end(): Generator<EngineLine>
}

/** The engine failed while it was reading a log. */
export class EngineFault extends Error {
  constructor(text: string) {
    super(text)
    this.name = 'EngineFault'
  }
}

/**
 * Takes the lines out of a log with `timestamps=1`. A container without a terminal has one stream of frames for both
 * outputs, which may cut a line anywhere; the rest of a message of more than 16 KiB comes with its time repeated.
 */
export function createFramedLogSplitter(lineBytesMax: number): EngineLogSplitter {
  const demuxer = createFrameDemuxer()
  const stdout = openOutput('stdout', lineBytesMax)
  const stderr = openOutput('stderr', lineBytesMax)
  return {
    *write(chunk) {
      for (const { stream, payload } of demuxer.write(chunk)) {
        if (stream === 3) throw new EngineFault(payload.toString().trim())
        yield* takePayload(stream === 2 ? stderr : stdout, payload, lineBytesMax)
      }
    },
    *end() {
      for (const output of [stdout, stderr])
        if (output.splitter.partialBytes > 0) yield* takePayload(output, newline, lineBytesMax)
    },
  }
}

/** Of a container with a terminal: bare bytes, one output, and repeated times in the middle of long lines. */
export function createRawLogSplitter(lineBytesMax: number): EngineLogSplitter {
  const terminal = openOutput(null, lineBytesMax)
  const splitter: EngineLogSplitter = {
    *write(chunk) {
      for (const line of terminal.splitter.write(chunk)) {
        const taken = lineOf(terminal, line, lineBytesMax)
        if (taken) yield { ...taken, bytes: withoutRepeats(taken.bytes) }
      }
    },
    *end() {
      if (terminal.splitter.partialBytes > 0) yield* splitter.write(newline)
    },
  }
  return splitter
}

const newline = Buffer.from('\n')

interface Output {
  name: EngineLine['output']
  splitter: LineSplitter
  /** Of the line before. */
  time: LogTime | null
}

function openOutput(name: EngineLine['output'], lineBytesMax: number): Output {
  return { name, splitter: createLineSplitter(lineBytesMax + timeBytesMax), time: null }
}

function* takePayload(output: Output, payload: Buffer, lineBytesMax: number): Generator<EngineLine> {
  const isRest = output.splitter.partialBytes > 0
  for (const line of output.splitter.write(isRest ? parseLogLine(payload).text : payload)) {
    const taken = lineOf(output, line, lineBytesMax)
    if (taken) yield taken
  }
}

/** Undefined for a line before the first time of all: nobody could know it again. */
function lineOf(
  output: Output,
  { bytes, lostBytes }: ByteLine,
  lineBytesMax: number,
): EngineLine | undefined {
  const line = parseLogLine(bytes)
  if (!line.time && isFault(bytes)) throw new EngineFault(bytes.toString())
  const time = line.time ?? output.time
  if (!time) return undefined
  output.time = time
  const kept = line.text.subarray(0, lineBytesMax)
  return { output: output.name, time, bytes: kept, lostBytes: lostBytes + line.text.length - kept.length }
}

const faultText = 'Error grabbing logs: '

/** Engines before 28 write their own faults among the lines of the container, without a time. */
function isFault(bytes: Buffer): boolean {
  return bytes.toString('latin1', 0, faultText.length) === faultText
}

/** Where an engine cuts messages. */
const messageBytesMax = 16_384

function withoutRepeats(bytes: Buffer): Buffer {
  const parts: Buffer[] = []
  let rest = bytes
  while (rest.length > messageBytesMax) {
    parts.push(rest.subarray(0, messageBytesMax))
    rest = rest.subarray(messageBytesMax)
    rest = parseLogLine(rest).text
  }
  return parts.length === 0 ? bytes : Buffer.concat([...parts, rest])
}
