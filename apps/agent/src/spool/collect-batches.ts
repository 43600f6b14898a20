import type { Logger } from '@logboom/service'
import type { AgentMetrics } from '../metrics.ts'
import { endGroups } from '../pipeline/fold-lines.ts'
import type { LineRules } from '../pipeline/line-rules.ts'
import { processLine } from '../pipeline/process-line.ts'
import type { FollowBoost } from '../shipper/follow-boost.ts'
import type { LineSink, RawLine, Source } from '../sources/raw-line.ts'
import { addLine, emptyBuffer, positionsOf, touch } from './buffered.ts'
import type { Buffered } from './buffered.ts'
import type { EntryList } from './entry-list.ts'
import type { Positions } from './position.ts'
import { keepUntilSafe } from './keep-until-safe.ts'
import { createReadProgress } from './read-progress.ts'
import type { IdleReport, ReadProgress } from './read-progress.ts'
import type { SealedContent } from './seal-batch.ts'
import type { Spool } from './spool.ts'

export interface CollectorDeps {
  spool: Spool
  /** Those in force; asked for each line, so that they can be exchanged while lines are read. */
  rules: () => LineRules
  metrics: AgentMetrics
  log: Logger
  /** Read each time: it may be changed while lines come. */
  pace: FlushPace
  /** A full spool drops its oldest lines for those of sources that do not keep theirs. */
  dropsOldest: boolean
  /** Entries that one request may have. */
  entriesMax: () => number
  /** Whether a batch would be sent at once; else it may as well grow. */
  mayShip: () => boolean
  /** The same of lines that somebody follows. */
  mayShipFollowed: () => boolean
  boost: FollowBoost
  /** Aborted when the process is about to end: then nothing waits any more, neither for room nor for a broken disk. */
  signal: AbortSignal
}

/** What makes a batch due. */
export interface FlushPace {
  bufferSize: number
  flushIntervalMs: number
}

export interface Collector extends LineSink {
  /** Seals what is due by its age. Called often; cheap when nothing is. */
  tick(): Promise<void>
  /** Seals what there is, due or not, room or not: the process is about to end. */
  flush(): Promise<void>
  /** False while neither the disk nor the memory takes a batch and reading pauses. */
  isWritable(): boolean
  /** How far all is read and sent; null while something is not, or nobody knows. */
  idleReport(): IdleReport | null
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
 * costs two fsyncs, its part of the journal and a request, as much processor time as 300 lines.
 */
const gatherMs = 200
/** What somebody follows goes so often. */
const followedMs = 1_000

interface State extends CollectorDeps {
  /** A source that has lines in one of the two stays there until they are sealed: its position must not overtake them. */
  buffers: { usual: Buffered; followed: Buffered }
  /** Whether lines are looked at for somebody who follows. */
  isFollowing: boolean
  boostVersion: number
  /** The list of the batch before, empty again. */
  spare: EntryList | null
  sealing: Promise<void> | undefined
  /** By `performance.now()`. */
  sealedAtMs: number
  isWritable: boolean
  /** By `performance.now()`; null while nothing is written. */
  writingAtMs: number | null
  progress: ReadProgress
}

/** Gathers lines into batches, and seals each with the positions that lie behind it: both are safe, or none. */
export function createCollector(deps: CollectorDeps): Collector {
  const state: State = {
    ...deps,
    buffers: { usual: emptyBuffer(), followed: emptyBuffer() },
    isFollowing: false,
    boostVersion: deps.boost.version(),
    spare: null,
    sealing: undefined,
    sealedAtMs: -Infinity,
    isWritable: true,
    writingAtMs: null,
    progress: createReadProgress(),
  }
  deps.spool.tellSealedPositions(() =>
    positionsOf([...state.progress.sources()].filter((source) => !isUnsealed(state, source))),
  )
  return {
    push: (line) => push(state, line),
    addGap(source, gap) {
      state.metrics.gap(gap.reason)
      const buffer = bufferOf(state, source)
      buffer.gaps.push(gap)
      endGroups(source.memory)
      note(state, buffer, source)
    },
    touch: (source) => note(state, bufferOf(state, source), source),
    register: (source) => state.progress.add(source),
    tick: () => tick(state),
    isWritable: () => state.isWritable,
    idleReport: () => idleReport(state),
    writingMs: () => (state.writingAtMs === null ? 0 : performance.now() - state.writingAtMs),
    async flush() {
      await state.sealing
      await (hasNothingToTell(state) ? savePositions(state, state.buffers.usual, 0) : seal(state, 'usual'))
      await flushFollowed(state)
    },
  }
}

function push(state: State, line: RawLine): Promise<void> | undefined {
  const { source } = line
  const buffer = bufferOf(state, source)
  note(state, buffer, source)
  addLine(buffer, line, processLine(line, state.rules(), state.metrics))
  if (isFull(state, buffer)) return waitForRoom(state, buffer)
  if (source.keepsLines && state.dropsOldest && !state.spool.hasRoom()) return waitForSpool(state)
  // Its failure is told to whoever seals next: no batch may follow one that was lost.
  if (!state.sealing && isDue(state, buffer) && mayShip(state, buffer))
    seal(state, buffer === state.buffers.usual ? 'usual' : 'followed').catch(() => undefined)
  return undefined
}

function note({ progress }: State, buffer: Buffered, source: Source): void {
  if (!buffer.moved.has(source)) progress.add(source)
  touch(buffer, source)
}

function bufferOf({ buffers, isFollowing, boost }: State, source: Source): Buffered {
  if (!isFollowing || buffers.usual.moved.has(source)) return buffers.usual
  if (buffers.followed.moved.has(source)) return buffers.followed
  return boost.isFollowed(source.names) ? buffers.followed : buffers.usual
}

function isUnsealed({ buffers }: State, source: Source): boolean {
  return buffers.usual.moved.has(source) || buffers.followed.moved.has(source)
}

function isFull({ entriesMax }: State, { logs, gaps, dropped }: Buffered): boolean {
  const gapCount = gaps.length + dropped.size
  return logs.count >= entriesMax() || logs.bytes >= bodyBytesMax || gapCount >= gapsMax
}

function isEmpty({ logs, gaps, dropped }: Buffered): boolean {
  return logs.count + gaps.length + dropped.size === 0
}

function hasNothingToTell({ buffers, spool }: State): boolean {
  return isEmpty(buffers.usual) && spool.untoldGaps().length === 0
}

async function waitForRoom(state: State, buffer: Buffered): Promise<void> {
  const kind = buffer === state.buffers.followed ? 'followed' : 'usual'
  while (isFull(state, state.buffers[kind]) && !state.signal.aborted) await seal(state, kind)
}

async function waitForSpool({ spool, signal }: State): Promise<void> {
  while (!spool.hasRoom() && !signal.aborted) await spool.settled.next(signal, retryMs)
}

function isDue({ buffers, pace, sealedAtMs }: State, buffer: Buffered): boolean {
  const { bufferSize, flushIntervalMs } = pace
  if (buffer === buffers.followed) return ageMs(buffer) >= Math.min(followedMs, flushIntervalMs)
  if (buffer.logs.count >= bufferSize && performance.now() - sealedAtMs >= gatherMs) return true
  return ageMs(buffer) >= flushIntervalMs
}

function mayShip(state: State, buffer: Buffered): boolean {
  return buffer === state.buffers.followed ? state.mayShipFollowed() : state.mayShip()
}

function ageMs({ sinceAtMs }: Buffered): number {
  return sinceAtMs === null ? -1 : performance.now() - sinceAtMs
}

async function tick(state: State): Promise<void> {
  const { buffers, pace } = state
  const { flushIntervalMs } = pace
  if (state.sealing) return
  await state.spool.probe()
  await follow(state)
  if (state.sealing) return
  const { followed } = buffers
  if (isDue(state, followed) && (state.mayShipFollowed() || ageMs(followed) >= coalesceMsMax))
    await flushFollowed(state)
  // What is being sealed is not safe yet: positions must not be saved ahead of it.
  if (state.sealing) return
  if (hasNothingToTell(state))
    return savePositions(state, state.buffers.usual, Math.min(flushIntervalMs, coalesceMsMax))
  const { usual } = state.buffers
  usual.sinceAtMs ??= performance.now()
  if (!isDue(state, usual)) return
  if (state.mayShip() || ageMs(usual) >= Math.max(flushIntervalMs, coalesceMsMax)) await seal(state, 'usual')
}

async function flushFollowed(state: State): Promise<void> {
  const { followed } = state.buffers
  await (isEmpty(followed) ? savePositions(state, followed, 0) : seal(state, 'followed'))
}

/** When it changes what is followed, what there is goes at once, so that the lines of the streams that are join the others. */
async function follow(state: State): Promise<void> {
  const version = state.boost.version()
  if (version !== state.boostVersion) {
    state.boostVersion = version
    if (state.boost.isActive() && !isEmpty(state.buffers.usual)) await seal(state, 'usual')
  }
  state.isFollowing = state.boost.isActive() || state.buffers.followed.moved.size > 0
}

/** One batch is sealed at a time; whoever comes meanwhile waits for that one. After a failure none is sealed any more. */
async function seal(state: State, kind: keyof State['buffers']): Promise<void> {
  state.sealing ??= sealBuffer(state, kind).then(() => {
    state.sealing = undefined
  })
  await state.sealing
}

async function sealBuffer(state: State, kind: keyof State['buffers']): Promise<void> {
  const { spool, signal, dropsOldest } = state
  const mayDrop = () => dropsOldest && state.buffers[kind].cannotWait
  while (!spool.hasRoom() && !mayDrop() && !signal.aborted) await spool.settled.next(signal, retryMs)
  const buffer = state.buffers[kind]
  const content = { ...contentOf(state, buffer, kind === 'followed'), mayDrop: mayDrop() }
  state.buffers[kind] = emptyBuffer(state.spare ?? undefined)
  state.spare = null
  state.sealedAtMs = performance.now()
  await keepUntilSafe(content, state)
  buffer.logs.clear()
  state.spare = buffer.logs
}

/** Before anything is awaited: positions and progress are those behind the last line of the buffer. */
function contentOf(state: State, buffer: Buffered, isFollowed: boolean): Omit<SealedContent, 'mayDrop'> {
  const { spool, progress, buffers } = state
  const other = isFollowed ? buffers.usual : buffers.followed
  const report = spool.isDegraded ? null : progress.report((source) => other.moved.has(source))
  const positions = takePositions(state, buffer.moved)
  const untold = spool.untoldGaps().slice(0, gapsMax)
  const dropped = buffer.dropped.gaps()
  for (const { reason } of dropped) state.metrics.gap(reason)
  const isBacklog = spool.unsent > 0
  return { buffer, positions, dropped, untold, report, isBacklog, isFollowed, sealedMs: Date.now() }
}

/** Of sources whose lines become safe now; those that are over, or that nobody reads any more, are let go. */
function takePositions({ progress }: State, moved: ReadonlySet<Source>): Positions {
  const positions = positionsOf(moved)
  for (const source of moved) {
    const position = positions[source.key]
    const isOver = position?.kind === 'file' ? position.finishedMs !== null : position?.isDone === true
    if (isOver || source.isLeft === true) progress.remove(source)
  }
  return positions
}

/** Nothing is to be sent, but lines below min_level or the end of a file need not be read again after a restart. */
async function savePositions(state: State, buffer: Buffered, ageMsMin: number): Promise<void> {
  if (buffer.moved.size === 0 || ageMs(buffer) < ageMsMin) return
  const positions = takePositions(state, buffer.moved)
  Object.assign(buffer, { moved: new Set(), sinceAtMs: null, cannotWait: false })
  await state.spool.savePositions(positions)
}

function idleReport(state: State): IdleReport | null {
  const { spool, buffers, progress } = state
  const isSealed = isEmpty(buffers.usual) && isEmpty(buffers.followed) && !state.sealing
  if (!isSealed || spool.unsent > 0 || spool.untoldGaps().length > 0 || spool.isDegraded) return null
  const report = progress.report(() => false)
  return report && { ...report, after_batch: spool.lastNumber }
}
