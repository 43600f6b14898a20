import { compareTimes, formatTimestamp } from '@logboom/contracts'
import type { Gap, LogTime } from '@logboom/contracts'
import type { AgentMetrics } from '../../metrics.ts'
import { gapOf } from '../gap-of.ts'
import type { LineSink } from '../raw-line.ts'
import { createLineSplitter } from '../split-lines.ts'
import type { ByteLine, LineSplitter } from '../split-lines.ts'
import type { ContainerSource } from './container-source.ts'
import type { LogMetrics } from './log-metrics.ts'
import { isKubeletError, parseLogLine, timeBytesMax } from './parse-log-line.ts'

export interface LogReadDeps {
  sink: LineSink
  metrics: Pick<AgentMetrics, 'read'>
  logMetrics: LogMetrics
  lineBytesMax: number
  /** Milliseconds since 1970. */
  now: () => number
}

export interface ReadingPlan {
  /** Nothing of this log was read before, or nothing that is left of it. */
  isNewLog: boolean
  /** Something that could not be had lies before its first line. */
  missing: Gap['reason'] | null
  /** The last `tailLines` were asked for, and may begin among lines of one time. */
  tailLines: number | null
  /** The container has ended: what stands at the end without a newline is a line, and what was not met is gone. */
  isFinal: boolean
}

/** One reading of a log, from wherever it was asked for to where the answer ends. */
export interface Reading {
  readonly source: ContainerSource
  readonly plan: ReadingPlan
  readonly splitter: LineSplitter
  /** Where the last reading stood when this one began. */
  readonly from: LogTime | null
  /** Is the question open whether it meets what was read before? */
  mustMeet: boolean
  /** Of the first and of the last line that came. */
  firstTime: LogTime | null
  lastTime: LogTime | null
  hasGapToTell: boolean
  lines: number
  bytes: number
  newLines: number
  /** Of these, the ones that count in the activity of the container. */
  notedLines: number
  /** Lines that were passed over, as what comes after them should tell that they were taken before. */
  passed: number
  /** Lines of the tail that could not be judged. */
  unjudged: number
  hasMetAfterFirst: boolean
  /** A text stood in for the log. */
  hasDiagnostic: boolean
  /** It ended in the middle of a line. */
  hasLeftover: boolean
  /** The tail does not reach back to what is known: all of it must be read. */
  needsWhole: boolean
  /** What was read before is not there any more: the log must be read as one that nothing is known of. */
  isLost: boolean
  /** When the last bytes came, by `performance.now()`. */
  bytesAtMs: number
  /** The sink has no room. */
  isBlocked: boolean
}

/** Lines of two outputs are written up to so much out of order: what is later than that was not there before. */
const disorderUs = 1e6

export function beginReading(source: ContainerSource, plan: ReadingPlan, lineBytesMax: number): Reading {
  if (plan.isNewLog || plan.missing !== null) source.hold()
  source.seen.beginReading({ isNewLog: plan.isNewLog })
  return {
    source,
    plan,
    splitter: createLineSplitter(lineBytesMax + timeBytesMax),
    from: source.seen.resumeAt,
    mustMeet: source.seen.isUnproven,
    firstTime: null,
    lastTime: null,
    hasGapToTell: plan.missing !== null,
    lines: 0,
    bytes: 0,
    newLines: 0,
    notedLines: 0,
    passed: 0,
    unjudged: 0,
    hasMetAfterFirst: false,
    hasDiagnostic: false,
    hasLeftover: false,
    needsWhole: false,
    isLost: false,
    bytesAtMs: performance.now(),
    isBlocked: false,
  }
}

/**
 * Takes the lines of `body` that are new, until it ends. Rejects when it breaks; what was taken until then stays taken.
 * No line is judged by its time: those of a container are neither in order nor unique.
 */
export async function readLog(
  reading: Reading,
  body: AsyncIterable<Uint8Array>,
  deps: LogReadDeps,
): Promise<void> {
  for await (const chunk of body) {
    await takeChunk(reading, Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength), deps)
    if (reading.needsWhole || reading.isLost) return
  }
  await endReading(reading, deps)
}

async function takeChunk(reading: Reading, chunk: Buffer, deps: LogReadDeps): Promise<void> {
  const { taking } = reading.source
  taking.isBusy = true
  reading.bytesAtMs = performance.now()
  reading.bytes += chunk.length
  const before = reading.newLines
  for (const line of reading.splitter.write(chunk)) {
    const wait = takeLine(reading, line, deps)
    if (reading.needsWhole || reading.isLost) break
    if (!wait) continue
    reading.isBlocked = true
    await wait
    reading.isBlocked = false
  }
  if (reading.mustMeet && !reading.source.seen.isUnproven) {
    reading.mustMeet = false
    deps.logMetrics.witness('met')
  }
  const lineUs = reading.lastTime?.us ?? taking.lineUs
  Object.assign(taking, { isBusy: false, atMs: performance.now(), lineUs })
  const newLines = reading.newLines - before
  if (newLines > 0) deps.metrics.read(newLines, chunk.length)
}

function takeLine(reading: Reading, line: ByteLine, deps: LogReadDeps): Promise<void> | undefined {
  const { time, text } = parseLogLine(line.bytes)
  if (!time) return takeUntimed(reading, line, deps)
  reading.lastTime = time
  reading.firstTime ??= time
  reading.lines += 1
  return takeTimed(reading, time, text, line, deps, false)
}

/**
 * A line without a time: an error that stands in for the log, or the rest of a line whose beginning was older than what
 * was asked for. After other lines it is kept, as nothing says that it was read before.
 */
function takeUntimed(reading: Reading, line: ByteLine, deps: LogReadDeps): Promise<void> | undefined {
  const { lastTime, plan } = reading
  if (isKubeletError(line.bytes)) {
    reading.hasDiagnostic = true
    deps.logMetrics.diagnostic()
    return undefined
  }
  if (!lastTime || plan.tailLines !== null) {
    deps.logMetrics.fragment()
    return undefined
  }
  deps.logMetrics.estimated()
  return takeTimed(reading, lastTime, line.bytes, line, deps, true)
}

const carriageReturn = 0x0d

function takeTimed(
  reading: Reading,
  time: LogTime,
  text: Buffer,
  line: ByteLine,
  deps: LogReadDeps,
  isTimeEstimated: boolean,
): Promise<void> | undefined {
  const { source } = reading
  const kept = text.length > deps.lineBytesMax ? text.subarray(0, deps.lineBytesMax) : text
  const isKnown = source.seen.isKnown(time, kept)
  if (reading.plan.tailLines !== null && !mayTakeOfTail(reading, time, isKnown)) return undefined
  if (isKnown || isPassedOver(reading, time)) return undefined
  if (reading.hasGapToTell) tellGap(reading, time, deps)
  source.release()
  source.seq += 1
  reading.newLines += 1
  const rawBytes = text.length + line.lostBytes
  const bare = rawBytes === kept.length && kept.at(-1) === carriageReturn ? kept.subarray(0, -1) : kept
  return deps.sink.push({
    source,
    text: bare.toString(),
    time,
    seq: source.seq,
    entryId: null,
    output: null,
    rawBytes,
    lostBytes: rawBytes - kept.length,
    continues: null,
    isTimeEstimated,
  })
}

/**
 * Whether a line of a tail may be looked at further: the tail may begin among lines of one time, whose numbers among
 * their equals are then unknown.
 */
function mayTakeOfTail(reading: Reading, time: LogTime, isKnown: boolean): boolean {
  const isFirst = reading.firstTime !== null && compareTimes(reading.firstTime, time) === 0
  const { isUnproven } = reading.source.seen
  if (!isFirst && isKnown) reading.hasMetAfterFirst = true
  if (isFirst && !isKnown && !isUnproven) reading.unjudged += 1
  return !isFirst || isUnproven
}

/** Before the reading meets what was taken last, a line was taken earlier; unless it is so late that this will not come. */
function isPassedOver(reading: Reading, time: LogTime): boolean {
  const { source, from, plan } = reading
  if (!source.seen.isUnproven) return false
  reading.passed += 1
  const isBeyond = from !== null && time.us > from.us + disorderUs
  if (!isBeyond) source.seen.skip(time)
  else if (plan.tailLines === null) reading.isLost = true
  else reading.needsWhole = true
  return true
}

function tellGap(reading: Reading, to: LogTime | null, deps: LogReadDeps): void {
  const { source, from, plan } = reading
  if (plan.missing === null) return
  source.release()
  const gap = gapOf(source.names, plan.missing, from ?? to, deps.now())
  const end = to && from && compareTimes(to, from) < 0 ? from : to
  deps.sink.addGap(source, end ? { ...gap, to: formatTimestamp(end) } : gap)
  reading.hasGapToTell = false
}

/** In the middle of a character, a time or a line: only what a container left that has ended is a line. */
async function endReading(reading: Reading, deps: LogReadDeps): Promise<void> {
  const { plan, source, splitter } = reading
  const rest = splitter.takePartial({ whole: true })
  if (rest) await takeRest(reading, rest, deps)
  if (plan.tailLines !== null) reading.needsWhole = !isTailEnough(reading, plan.tailLines)
  if (!plan.isFinal || reading.hasDiagnostic) return
  if (reading.hasGapToTell) tellGap(reading, null, deps)
  reading.isLost = source.seen.isUnproven
}

async function takeRest(reading: Reading, rest: ByteLine, deps: LogReadDeps): Promise<void> {
  const { time } = parseLogLine(rest.bytes)
  if (time && !reading.plan.isFinal) reading.hasLeftover = true
  else if (time) {
    await takeLine(reading, rest, deps)
    deps.metrics.read(1, rest.bytes.length)
  } else if (isKubeletError(rest.bytes)) {
    reading.hasDiagnostic = true
    deps.logMetrics.diagnostic()
  }
}

/** A line that is longer than this takes several of the lines that the kubelet counts. */
const partBytesMin = 4_096

function isTailEnough(reading: Reading, tailLines: number): boolean {
  const { lines, bytes, unjudged, hasMetAfterFirst, source } = reading
  if (lines === 0) return true
  if (source.seen.isUnproven || unjudged > 0) return false
  return hasMetAfterFirst || lines + bytes / partBytesMin < tailLines
}
