import type { IncomingMessage } from 'node:http'
import type { LogTime } from '@logboom/contracts'
import { slackSeconds } from '../../identity/seen-lines.ts'
import type { AgentMetrics } from '../../metrics.ts'
import { gapOf } from '../gap-of.ts'
import type { LineSink } from '../raw-line.ts'
import type { ContainerInfo } from './container-info.ts'
import type { ContainerLog } from './container-log.ts'
import type { EngineHttp } from './engine-http.ts'
import { createFramedLogSplitter, createRawLogSplitter } from './split-engine-log.ts'
import type { EngineLine, EngineLogSplitter } from './split-engine-log.ts'

export interface ReadDeps {
  http: EngineHttp
  sink: LineSink
  metrics: AgentMetrics
  lineBytesMax: number
  /** How much of a container's past is read that was never read before. */
  lookbackMs: number
  /** A reading ends after so long, or after so long a silence that follows new lines: some engines hang. */
  reopenMs: number
  silentMs: number
  /** Milliseconds since 1970. */
  now: () => number
}

/** How a reading ended: the log did, or it is time for a new one. */
export type ReadingEnd = 'ended' | 'due'

/** One reading, and what it has met so far. */
interface Reading {
  log: ContainerLog
  deps: ReadDeps
  splitter: EngineLogSplitter
  /** Where earlier readings stood. */
  from: LogTime | null
  /** Of the first line that was not known, while it is open whether lines before it are missing. */
  firstNew: LogTime | null
  isGapTold: boolean
  hasNewLines: boolean
}

/**
 * Reads the log of a container from a little before where it was left, and on as it grows, until it ends or a new
 * reading is due. What was taken before is known again and left out.
 * @throws {EngineError} {@link EngineFault} {@link MisalignedStream} or what the connection broke with
 */
export async function readContainerLog(
  log: ContainerLog,
  info: ContainerInfo,
  deps: ReadDeps,
  signal: AbortSignal,
): Promise<ReadingEnd> {
  const due = new AbortController()
  const lifetime = setTimeout(() => due.abort(), deps.reopenMs * (0.9 + Math.random() * 0.1))
  // A container that is silent all along costs nothing: it is looked at again when its time is over.
  let silence: NodeJS.Timeout | undefined
  let reading: Reading | undefined
  try {
    const body = await openLog(log, deps, AbortSignal.any([signal, due.signal]))
    reading = beginReading(log, info, body, deps)
    log.taking = { isBusy: false, atMs: performance.now(), lineUs: null }
    log.isFollowing = true
    for await (const chunk of body as AsyncIterable<Buffer>) {
      await takeLines(reading, reading.splitter.write(chunk), signal)
      if (signal.aborted) break
      if (reading.hasNewLines) silence = silence?.refresh() ?? setTimeout(() => due.abort(), deps.silentMs)
    }
    if (!info.isRunning && !signal.aborted) {
      await takeLines(reading, reading.splitter.end(), signal)
      tellMissing(reading, deps.now())
    }
    return 'ended'
  } catch (err) {
    if (due.signal.aborted && !signal.aborted) return 'due'
    throw err
  } finally {
    clearTimeout(lifetime)
    clearTimeout(silence)
    // The next reading meets the lines of this one, which prove nothing of what came before.
    if (reading?.firstNew && !signal.aborted) tellMissing(reading, deps.now())
    log.caughtUpUs = log.readUntilUs()
    log.isFollowing = false
  }
}

async function openLog(log: ContainerLog, deps: ReadDeps, signal: AbortSignal): Promise<IncomingMessage> {
  const { resumeAt } = log.seen
  const since = resumeAt
    ? { us: resumeAt.us - slackSeconds * 1e6, ns: resumeAt.ns }
    : { us: (deps.now() - deps.lookbackMs) * 1000, ns: 0 }
  const query = { follow: '1', stdout: '1', stderr: '1', timestamps: '1', since: sinceOf(since) }
  return deps.http.open(`/containers/${encodeURIComponent(log.id)}/logs`, query, signal)
}

/** Seconds with nine digits: engines take them to the nanosecond, and give all lines of one time or none. */
function sinceOf({ us, ns }: LogTime): string {
  const seconds = Math.max(0, Math.floor(us / 1e6))
  const micros = Math.max(0, us - seconds * 1e6)
  return `${seconds}.${String(Math.floor(micros)).padStart(6, '0')}${String(ns).padStart(3, '0')}`
}

function beginReading(
  log: ContainerLog,
  info: ContainerInfo,
  body: IncomingMessage,
  deps: ReadDeps,
): Reading {
  log.seen.beginReading()
  if (log.seen.isUnproven) log.hold()
  // Engines before 1.42 say `raw-stream` of both kinds, and some say nothing.
  const isFramed =
    body.headers['content-type']?.startsWith('application/vnd.docker.multiplexed-stream') ?? false
  const create = isFramed || !info.hasTerminal ? createFramedLogSplitter : createRawLogSplitter
  return {
    log,
    deps,
    splitter: create(deps.lineBytesMax),
    from: log.seen.resumeAt,
    firstNew: null,
    isGapTold: false,
    hasNewLines: false,
  }
}

async function takeLines(reading: Reading, lines: Iterable<EngineLine>, signal: AbortSignal): Promise<void> {
  const { log, deps } = reading
  const read = { lines: 0, bytes: 0 }
  log.taking.isBusy = true
  for (const line of lines) {
    log.taking.lineUs = line.time.us
    if (log.seen.isKnown(line.time, line.bytes)) {
      log.release()
      continue
    }
    read.lines += 1
    read.bytes += line.bytes.length
    const wait = takeLine(reading, line)
    if (wait) await wait
    if (signal.aborted) break
  }
  reading.hasNewLines ||= read.lines > 0
  deps.metrics.read(read.lines, read.bytes)
  Object.assign(log.taking, { isBusy: false, atMs: performance.now() })
}

const carriageReturn = 0x0d

function takeLine(reading: Reading, line: EngineLine): Promise<void> | undefined {
  const { log, deps } = reading
  tellRotation(reading, line.time)
  log.seq += 1
  log.isDone = false
  const { bytes, lostBytes } = line
  const isReturned = lostBytes === 0 && bytes.at(-1) === carriageReturn
  return deps.sink.push({
    source: log,
    text: bytes.toString('utf8', 0, bytes.length - (isReturned ? 1 : 0)),
    time: line.time,
    seq: log.seq,
    entryId: null,
    output: line.output,
    rawBytes: bytes.length + lostBytes,
    lostBytes,
    continues: null,
  })
}

/** Lines of two outputs are written up to so much out of order: what is later than that was not there before. */
const disorderUs = 1e6

/**
 * The reading began before the line that we had last. When lines well after it come and it did not come itself, the log
 * has lost its beginning, and nobody knows how much of what followed.
 */
function tellRotation(reading: Reading, time: LogTime): void {
  const { log, deps, from } = reading
  if (!log.seen.isUnproven || !from) return
  reading.firstNew ??= time
  if (time.us > from.us + disorderUs) tellMissing(reading, deps.now())
}

function tellMissing(reading: Reading, nowMs: number): void {
  const { log, deps, from, firstNew } = reading
  if (!log.seen.isUnproven || reading.isGapTold) return
  reading.isGapTold = true
  log.release()
  const toMs = firstNew ? firstNew.us / 1000 : nowMs
  deps.sink.addGap(log, gapOf(log.names, 'rotated', from, Math.floor(toMs)))
}
