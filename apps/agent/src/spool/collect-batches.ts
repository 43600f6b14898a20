import { randomUUID } from 'node:crypto'
import { compareTimes, formatMicros, formatTimestamp } from '@logboom/contracts'
import type { Gap, LogTime } from '@logboom/contracts'
import type { Logger } from '@logboom/service'
import type { AgentMetrics } from '../metrics.ts'
import { createDroppedLines } from '../pipeline/dropped-lines.ts'
import type { DroppedLines } from '../pipeline/dropped-lines.ts'
import { endGroups } from '../pipeline/fold-lines.ts'
import type { LineRules } from '../pipeline/line-rules.ts'
import { processLine } from '../pipeline/process-line.ts'
import type { LineSink, RawLine, Source } from '../sources/raw-line.ts'
import { pause } from '../wake-up.ts'
import type { StreamPart } from './batch-file.ts'
import { createEntryList } from './entry-list.ts'
import type { EntryList } from './entry-list.ts'
import type { Positions } from './position.ts'
import { packBody } from './push-body.ts'
import type { BatchDraft, Spool } from './spool.ts'

export interface CollectorDeps {
  spool: Spool
  /** Those in force; asked for each line, so that they can be exchanged while lines are read. */
  rules: () => LineRules
  metrics: AgentMetrics
  log: Logger
  /** Read each time: it may be changed while lines come. */
  pace: FlushPace
  /** Entries that one request may have. */
  entriesMax: () => number
  /** Whether a batch would be sent at once; else it may as well grow. */
  mayShip: () => boolean
  /** Aborted when the process is about to end: then nothing waits any more, neither for room nor for a broken disk. */
  signal: AbortSignal
}

/** When a batch is due. */
export interface FlushPace {
  bufferSize: number
  flushIntervalMs: number
}

export interface Collector extends LineSink {
  /** Seals what is due by its age. Called often; cheap when nothing is. */
  tick(): Promise<void>
  /** Seals what there is, due or not, room or not: the process is about to end. */
  flush(): Promise<void>
  /** False while the disk takes no batch and reading pauses. */
  isWritable(): boolean
  /** For how long the disk has been at one write; 0 while there is none. */
  writingMs(): number
}

/** Raw bytes of a batch beyond which no line is added. */
const bodyBytesMax = 900_000
const gapsMax = 1_000
/** A batch that waits for its request keeps growing, in memory, for so long at most. */
const coalesceMsMax = 30_000
const retryMs = 1_000
/**
 * Lines that come within so long after a batch was sealed go together, as long as one request can take them: each batch
 * costs two fsyncs, a checkpoint of all files and a request, as much processor time as 300 lines.
 */
const gatherMs = 100

interface Buffered {
  logs: EntryList
  gaps: Gap[]
  dropped: DroppedLines
  streams: Map<Source, { from: LogTime; to: LogTime; lines: number }>
  /** Sources whose position moved. */
  moved: Set<Source>
  /** When the first of it came, by `performance.now()`: the clock on the wall may be set back by hours. */
  sinceAtMs: number | null
  /** The latest time of a line, microseconds since 1970. */
  latestUs: number
}

interface State extends CollectorDeps {
  buffer: Buffered
  /** The list of the batch before, empty again. */
  spare: EntryList | null
  sealing: Promise<void> | undefined
  /** By `performance.now()`. */
  sealedAtMs: number
  isWritable: boolean
  /** By `performance.now()`; null while nothing is written. */
  writingAtMs: number | null
}

/** Gathers lines into batches, and seals each with the positions that lie behind it: both are safe, or none. */
export function createCollector(deps: CollectorDeps): Collector {
  const state: State = {
    ...deps,
    buffer: emptyBuffer(createEntryList()),
    spare: null,
    sealing: undefined,
    sealedAtMs: -Infinity,
    isWritable: true,
    writingAtMs: null,
  }
  return {
    push(line) {
      add(state, line)
      if (isFull(state)) return waitForRoom(state)
      // Its failure is told to whoever seals next: no batch may follow one that was lost.
      if (isDue(state) && state.mayShip() && !state.sealing) seal(state).catch(() => undefined)
      return undefined
    },
    addGap(source, gap) {
      state.metrics.gap(gap.reason)
      state.buffer.gaps.push(gap)
      endGroups(source.memory)
      touch(state.buffer, source)
    },
    touch: (source) => touch(state.buffer, source),
    tick: () => tick(state),
    isWritable: () => state.isWritable,
    writingMs: () => (state.writingAtMs === null ? 0 : performance.now() - state.writingAtMs),
    async flush() {
      await state.sealing
      if (isEmpty(state)) await savePositions(state, 0)
      else await seal(state)
    },
  }
}

function emptyBuffer(logs: EntryList): Buffered {
  return {
    logs,
    gaps: [],
    dropped: createDroppedLines(),
    streams: new Map(),
    moved: new Set(),
    sinceAtMs: null,
    latestUs: 0,
  }
}

function add(state: State, line: RawLine): void {
  const { buffer } = state
  touch(buffer, line.source)
  const entry = processLine(line, state.rules(), state.metrics)
  if (entry === 'min_level') return
  buffer.latestUs = Math.max(buffer.latestUs, line.time.us + 1)
  if (typeof entry === 'string') {
    buffer.dropped.add(line, entry)
    return
  }
  buffer.logs.add(JSON.stringify(entry))
  const part = buffer.streams.get(line.source)
  if (!part) buffer.streams.set(line.source, { from: line.time, to: line.time, lines: 1 })
  else {
    part.lines += 1
    if (compareTimes(line.time, part.to) > 0) part.to = line.time
  }
}

function touch(buffer: Buffered, source: Source): void {
  buffer.sinceAtMs ??= performance.now()
  buffer.moved.add(source)
}

function isFull({ buffer, entriesMax }: State): boolean {
  return (
    buffer.logs.count >= entriesMax() ||
    buffer.logs.bytes >= bodyBytesMax ||
    buffer.gaps.length + buffer.dropped.size >= gapsMax
  )
}

function isEmpty({ buffer, spool }: State): boolean {
  const gaps = buffer.gaps.length + buffer.dropped.size + spool.untoldGaps().length
  return buffer.logs.count === 0 && gaps === 0
}

async function waitForRoom(state: State): Promise<void> {
  while (isFull(state) && !state.signal.aborted) await seal(state)
}

function isDue({ buffer, pace: { bufferSize, flushIntervalMs }, sealedAtMs }: State): boolean {
  if (buffer.logs.count >= bufferSize && performance.now() - sealedAtMs >= gatherMs) return true
  return ageMs(buffer) >= flushIntervalMs
}

function ageMs({ sinceAtMs }: Buffered): number {
  return sinceAtMs === null ? -1 : performance.now() - sinceAtMs
}

async function tick(state: State): Promise<void> {
  const { buffer, mayShip } = state
  const { flushIntervalMs } = state.pace
  if (state.sealing) return
  if (isEmpty(state)) return savePositions(state, Math.min(flushIntervalMs, coalesceMsMax))
  buffer.sinceAtMs ??= performance.now()
  if (!isDue(state)) return
  if (mayShip() || ageMs(buffer) >= Math.max(flushIntervalMs, coalesceMsMax)) await seal(state)
}

/** One batch is sealed at a time; whoever comes meanwhile waits for that one. After a failure none is sealed any more. */
async function seal(state: State): Promise<void> {
  state.sealing ??= sealBuffer(state).then(() => {
    state.sealing = undefined
  })
  await state.sealing
}

async function sealBuffer(state: State): Promise<void> {
  const { spool, signal } = state
  while (!spool.hasRoom() && !signal.aborted) await spool.settled.next(signal)
  const { buffer } = state
  state.buffer = emptyBuffer(state.spare ?? createEntryList())
  state.spare = null
  state.sealedAtMs = performance.now()
  const untold = spool.untoldGaps().slice(0, gapsMax)
  const key = randomUUID()
  const sealedMs = Date.now()
  // Before anything is awaited: the positions are those behind the last line of the buffer.
  const positions = positionsOf(buffer.moved)
  const dropped = buffer.dropped.gaps()
  for (const { reason } of dropped) state.metrics.gap(reason)
  const gaps = [...buffer.gaps, ...dropped, ...untold.map(({ gap }) => gap)]
  // Never before the lines themselves: after a clock was set back they would be refused as lying in the future.
  const sentAt = formatMicros(Math.max(sealedMs * 1000, buffer.latestUs))
  const entries = buffer.logs.count
  const body = await packBody({ key, sentAt, gaps, logs: buffer.logs.content() })
  buffer.logs.clear()
  state.spare = buffer.logs
  await appendUntilSafe(state, {
    key,
    entries,
    sealedMs,
    positions,
    gapIds: untold.map(({ id }) => id),
    streams: streamsOf(buffer),
    body,
  })
}

/** A full or broken disk stops reading, not the process: nothing is lost that still lies in its file. */
async function appendUntilSafe(state: State, draft: BatchDraft): Promise<void> {
  const { spool, metrics, log, signal } = state
  for (let attempt = 1; ; attempt += 1) {
    const startedMs = performance.now()
    state.writingAtMs = startedMs
    try {
      await spool.append(draft)
      metrics.fsync(performance.now() - startedMs)
      if (attempt > 1) log.info('the spool can be written again')
      state.isWritable = true
      return
    } catch (err) {
      metrics.writeFailure()
      state.isWritable = false
      if (attempt === 1) log.error('the spool cannot be written, reading pauses', { err })
      if (signal.aborted) throw err
    } finally {
      state.writingAtMs = null
    }
    await pause(retryMs, signal)
  }
}

/** Nothing is to be sent, but lines below min_level or the end of a file need not be read again after a restart. */
async function savePositions({ buffer, spool, metrics }: State, ageMsMin: number): Promise<void> {
  if (buffer.moved.size === 0 || spool.waiting.length > 0 || ageMs(buffer) < ageMsMin) return
  const { moved } = buffer
  buffer.moved = new Set()
  buffer.sinceAtMs = null
  try {
    if (await spool.savePositions(positionsOf(moved))) return
  } catch {
    metrics.writeFailure()
  }
  for (const source of moved) touch(buffer, source)
}

function positionsOf(sources: Iterable<Source>): Positions {
  const positions: Positions = {}
  for (const source of sources) {
    const position = source.position()
    if (position) positions[source.key] = position
  }
  return positions
}

function streamsOf(buffer: Buffered): StreamPart[] {
  return [...buffer.streams].map(([{ names }, { from, to, lines }]) => ({
    namespace: names.namespace,
    podName: names.podName,
    containerName: names.containerName,
    from: formatTimestamp(from),
    to: formatTimestamp(to),
    lines,
  }))
}
