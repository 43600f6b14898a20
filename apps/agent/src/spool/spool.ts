import type { Gap } from '@logboom/contracts'
import type { WakeUp } from '../wake-up.ts'
import type { Lane, StreamPart } from './batch-file.ts'
import type { Fates } from './ledger.ts'
import type { PositionLine } from './position-lines.ts'
import type { Positions } from './position.ts'

/** What is sent in one request. */
export interface WaitingPart {
  readonly batch: WaitingBatch
  readonly index: number
  /** The idempotency key. */
  readonly key: string
  readonly lane: Lane
  readonly entries: number
  readonly bytes: number
  /** Of gaps that it carries. */
  readonly gapIds: readonly number[]
  /** Under which instance and number it is sent; null before the first attempt of what others may overtake. */
  sentAs: { instance: string; number: number; isSafe: boolean } | null
  /** It may have been sent before under another number: then that one has its lines, and this one none. */
  readonly isRenumbered: boolean
  /** Somebody is sending it. */
  isTaken: boolean
  /** When the broker last said that it has it, by `performance.now()`; null while it has not. */
  answeredAtMs: number | null
  /** It is to go, committed or not. */
  isReleased: boolean
  /** How often it was answered by this process. */
  answers: number
}

/** Parts that became safe together, and wait for the broker. */
export interface WaitingBatch {
  readonly seq: number
  readonly sealedMs: number
  /** What the clock on the wall was ahead of `performance.now()` when it was sealed, or found. */
  readonly clockMs: number
  bytes: number
  parts: WaitingPart[]
  /** Keys of parts that were dropped: the ledger forgets them with the batch. */
  droppedKeys: string[]
  /** The content while the disk takes nothing. */
  held: HeldBatch | null
  /** What was written a moment ago and need not be read back; null for what waits longer. */
  fresh: FreshBatch | null
}

export interface FreshBatch {
  /** Of its parts, by their index; empty once it was answered. */
  bodies: readonly Buffer[]
  /** As they stand in the file. */
  positions: readonly PositionLine[]
}

export interface HeldBatch {
  draft: BatchDraft
  bytes: number
}

export interface PartDraft {
  key: string
  lane: Lane
  entries: number
  gapIds: number[]
  streams: StreamPart[]
  body: Buffer
}

export interface BatchDraft {
  /** Milliseconds since 1970. */
  sealedMs: number
  /** Where to go on reading when this batch is safe, by source. */
  positions: Positions
  /** What is oldest in a full spool may go for it. */
  mayDrop: boolean
  parts: PartDraft[]
}

export interface SpoolFigures {
  /** Parts that the broker has not answered. */
  readonly unsent: number
  /** On disk. */
  readonly bytes: number
  /** In memory, while the disk takes nothing. */
  readonly heldBytes: number
  /** The disk takes nothing. */
  readonly isDegraded: boolean
  /** The number that was given last: what was sealed until then is sent with it or before. */
  readonly lastNumber: number
  /** Written to the journal since the spool was opened. */
  readonly journalBytes: number
}

/** The directory in which batches wait for the broker, and stay until it has committed them. */
export interface Spool extends SpoolFigures {
  /** Names this spool to the broker. */
  readonly instance: string
  /** Keys the hashes of file contents. */
  readonly printKey: string
  /** Where each source stood when the spool was opened, the waiting batches included. */
  readonly positions: Readonly<Positions>
  /** Oldest first; those that were sent and are not committed, too. */
  readonly waiting: readonly WaitingBatch[]
  /** False when the bound is reached. */
  hasRoom(): boolean
  /** Gaps that no batch carries yet; the batch that takes them names their ids. */
  untoldGaps(): { id: number; gap: Gap }[]
  /** Something is to be sent. */
  readonly added: WakeUp
  /** Something was answered or freed: there may be room, or nothing left to do. */
  readonly settled: WakeUp
  /**
   * Writes a batch, which is safe when the promise resolves; what is oldest makes room for it. One at a time.
   * @throws while the disk takes nothing, without trying more often than each `probeMs`
   */
  append(draft: BatchDraft): Promise<void>
  /** Keeps a batch in memory until the disk takes it. False when there is no room for it. */
  hold(draft: BatchDraft): boolean
  /** Whether the disk takes something again, asked each `probeMs` while it did not. */
  probe(): Promise<void>
  /** Who knows the positions of sources all of whose lines are sealed, should the journal be gone with its directory. */
  tellSealedPositions(tell: () => Positions): void
  /** What to send next: what is followed, then what is urgent, then the oldest. Null when there is nothing. */
  next(): WaitingPart | null
  /** The body of a part, which has its number for good when the promise resolves. */
  take(part: WaitingPart): Promise<Buffer>
  /** The broker has the part, but for what `gaps` tell of; they are kept until it has them. */
  answered(part: WaitingPart, gaps: readonly Gap[], fates: Fates): Promise<void>
  /** All up to this batch of an instance is committed: what was answered of it is freed. */
  committed(instance: string, key: string): Promise<void>
  /** Frees a part that was answered, though nobody said that it is committed. */
  release(part: WaitingPart): Promise<void>
  /** What the broker did not take of the part when it was answered first; null when it was not. */
  fatesOf(part: WaitingPart): Fates | null
  /** How long the broker keeps lines: what is older is dropped first. */
  tellRetention(ms: number): void
  /** Saves positions of sources whose lines made no batch. */
  savePositions(positions: Positions): Promise<void>
  /** Waits for what is being written, then gives the directory back. */
  close(): Promise<void>
}
