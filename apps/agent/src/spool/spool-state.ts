import { unlink } from 'node:fs/promises'
import { join as joinPath } from 'node:path'
import type { Gap } from '@logboom/contracts'
import type { Logger } from '@logboom/service'
import type { AgentMetrics } from '../metrics.ts'
import type { HostNames } from '../sources/files/names-of-path.ts'
import { createWakeUp } from '../wake-up.ts'
import type { WakeUp } from '../wake-up.ts'
import { batchFileName } from './batch-file.ts'
import type { Journal, PlacedLine } from './journal.ts'
import { applyChange, joinChanges, wholeChange } from './ledger.ts'
import type { Change, Ledger } from './ledger.ts'
import { linesOfPositions } from './position-lines.ts'
import type { Positions } from './position.ts'
import { useReserve } from './reserve.ts'
import type { WaitingBatch, WaitingPart } from './spool.ts'
import { gapIdsOf } from './waiting-parts.ts'

export interface SpoolOptions {
  directory: string
  bytesMax: number
  /** Bytes of batches that may be held while the disk takes nothing. */
  memoryBytesMax: number
  /** How often a disk that took nothing is tried again. */
  probeMs: number
  /** Names the gap where nothing of a batch can be read. */
  host: HostNames
}

export type SpoolMetrics = Pick<AgentMetrics, 'gap' | 'dropped' | 'unconfirmed' | 'writeFailure'>

/** What the functions of the spool share. */
export interface SpoolState extends SpoolOptions {
  log: Logger
  metrics: SpoolMetrics
  instance: string
  printKey: string
  journal: Journal
  ledger: Ledger
  waiting: WaitingBatch[]
  bytes: number
  heldBytes: number
  lastSeq: number
  /** Parts that were not answered; null: to be counted. */
  unsent: number | null
  /** Ids of gaps that waiting batches carry. */
  taken: Set<number>
  /** By instance, the number up to which all is committed. */
  through: Map<string, number>
  retentionMs: number
  added: WakeUp
  settled: WakeUp
  /** What counts already and is not in the journal yet. */
  pending: Pending
  /** The last write of the journal, for the next one to wait for. */
  writing: Promise<void>
  /** When the disk is tried again, by `performance.now()`; null while it takes what it is given. */
  probeAtMs: number | null
  /** The disk is being tried. */
  reviving: Promise<void> | null
  /** Of sources all of whose lines are sealed: should the journal be gone with its directory. */
  sealedPositions: () => Positions
  lock: { renew(): Promise<void> }
  /** Whose numbers the batches have that are sent from memory: nobody remembers these numbers if the process dies. */
  memory: { instance: string; lastNumber: number }
}

interface Pending {
  change: Change
  /** By source, the latest. */
  lines: Map<string, PlacedLine>
  /** Batches whose files go when the change is on disk. */
  doomed: number[]
}

export type KnownState = Pick<
  SpoolState,
  'log' | 'metrics' | 'instance' | 'printKey' | 'journal' | 'ledger' | 'waiting' | 'lastSeq' | 'lock'
>

export function createState(options: SpoolOptions, known: KnownState): SpoolState {
  return {
    ...options,
    ...known,
    bytes: known.waiting.reduce((sum, batch) => sum + batch.bytes, 0),
    heldBytes: 0,
    unsent: null,
    taken: new Set(known.waiting.flatMap(gapIdsOf)),
    through: new Map(),
    retentionMs: Infinity,
    added: createWakeUp(),
    settled: createWakeUp(),
    pending: nothingPending(),
    reviving: null,
    sealedPositions: () => ({}),
    writing: Promise.resolve(),
    probeAtMs: null,
    memory: { instance: `${known.instance}-memory-${Date.now()}`, lastNumber: 0 },
  }
}

function nothingPending(): Pending {
  return { change: {}, lines: new Map(), doomed: [] }
}

/** From now on the change counts; `flush` brings it to the disk. */
export function note(
  { ledger, pending }: SpoolState,
  change: Change,
  lines: readonly PlacedLine[] = [],
  doomed: readonly number[] = [],
): void {
  applyChange(ledger, change)
  join(pending, { change, lines: new Map(lines.map((line) => [line.key, line])), doomed: [...doomed] })
}

function join(pending: Pending, later: Pending): void {
  pending.change = joinChanges(pending.change, later.change)
  for (const [key, line] of later.lines)
    if ((pending.lines.get(key)?.seq ?? 0) <= line.seq) pending.lines.set(key, line)
  pending.doomed.push(...later.doomed)
}

/** What was noted is durable when the promise resolves. What cannot be written stays noted. */
export async function flush(state: SpoolState): Promise<void> {
  const turn = state.writing.catch(() => undefined).then(() => writePending(state))
  state.writing = turn
  try {
    await turn
  } catch (err) {
    noteDiskFailure(state, err)
    throw err
  }
}

async function writePending(state: SpoolState): Promise<void> {
  const { pending } = state
  const { change, doomed } = pending
  const { safe: lines, withheld } = sortLines(state)
  if (lines.length === 0 && Object.values(change).every((part) => Array.isArray(part) && part.length === 0))
    return
  state.pending = { ...nothingPending(), lines: withheld }
  const whole = () => wholeChange(state.ledger)
  const write = () => state.journal.append(change, lines, { whole, sealed: () => sealedLines(state) })
  try {
    await write().catch((err: unknown) => useReserve(state, err, write))
  } catch (err) {
    join(pending, state.pending)
    state.pending = pending
    throw err
  }
  for (const seq of doomed) await unlink(pathOf(state, seq)).catch(() => undefined)
}

/** A position must not be safe before the lines that lie before it: those of batches that are held are not. */
function sortLines({ pending, waiting }: SpoolState): {
  safe: PlacedLine[]
  withheld: Map<string, PlacedLine>
} {
  const firstHeld = waiting.find(({ held }) => held !== null)?.seq ?? Infinity
  const all = [...pending.lines]
  return {
    safe: all.filter(([, { seq }]) => seq < firstHeld).map(([, line]) => line),
    withheld: new Map(all.filter(([, { seq }]) => seq >= firstHeld)),
  }
}

/** Positions of sources all of whose lines are sealed, for a journal that lost its own; none while some are only held. */
export function sealedLines(state: SpoolState): PlacedLine[] {
  if (state.waiting.some(({ held }) => held !== null)) return []
  const seq = state.lastSeq + 0.5
  return linesOfPositions(state.sealedPositions()).map(({ key, json }) => ({ key, json, seq }))
}

/** The disk took nothing a moment ago, and is not tried again yet. */
export class DiskAway extends Error {}

/** From the first failure on, batches are held in memory, and the disk is tried again each `probeMs`. */
export function noteDiskFailure(state: SpoolState, err: unknown): void {
  if (err instanceof DiskAway) return
  state.metrics.writeFailure()
  if (state.probeAtMs === null) {
    const { memoryBytesMax } = state
    state.log.error('the spool cannot be written, lines are sent from memory', { memoryBytesMax, err })
  }
  // Whatever fails meanwhile must not put off the next try.
  const nowMs = performance.now()
  if (state.probeAtMs === null || nowMs >= state.probeAtMs) state.probeAtMs = nowMs + state.probeMs
}

export function newGaps(state: SpoolState, gaps: readonly Gap[]): { id: number; gap: Gap }[] {
  return gaps.map((gap, index) => ({ id: state.ledger.nextGapId + index, gap }))
}

/** Asked for each line, and counted only when something has changed. */
export function unsentOf(state: SpoolState): number {
  state.unsent ??= state.waiting
    .flatMap(({ parts }) => parts)
    .reduce((sum, { answeredAtMs }) => (answeredAtMs === null ? sum + 1 : sum), 0)
  return state.unsent
}

/** What the broker has not committed a second after is read back from the disk. */
const freshBatchesMax = 8

/** A batch that is new in the row. */
export function addWaiting(state: SpoolState, batch: WaitingBatch): void {
  const stale = state.waiting.at(-freshBatchesMax)
  if (stale) stale.fresh = null
  for (const id of gapIdsOf(batch)) state.taken.add(id)
  state.waiting.push(batch)
  state.lastSeq = batch.seq
  state.bytes += batch.bytes
  state.heldBytes += batch.held?.bytes ?? 0
  state.unsent = null
  state.added.ring()
}

export function isAnswered({ parts }: WaitingBatch): boolean {
  return parts.every(({ answeredAtMs }) => answeredAtMs !== null)
}

export function isCommitted({ through }: SpoolState, { sentAs, answeredAtMs }: WaitingPart): boolean {
  return answeredAtMs !== null && sentAs !== null && sentAs.number <= (through.get(sentAs.instance) ?? 0)
}

export function pathOf({ directory }: Pick<SpoolState, 'directory'>, seq: number): string {
  return joinPath(directory, batchFileName(seq))
}
