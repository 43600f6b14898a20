import type { Gap } from '@logboom/contracts'
import type { WakeUp } from '../wake-up.ts'
import type { BatchHeader, StoredBatch } from './batch-file.ts'
import type { Positions } from './position.ts'

/** A batch that waits for the broker; its content stays on disk until it is sent. */
export interface WaitingBatch {
  number: number
  bytes: number
  sealedMs: number
}

export type BatchDraft = Omit<BatchHeader, 'v' | 'number'> & { body: Buffer }

/** The directory in which batches wait for the broker, oldest first. */
export interface Spool {
  /** Names this spool to the broker. */
  readonly instance: string
  /** Keys the hashes of file contents. */
  readonly printKey: string
  /** Where each source stood when the spool was opened, the waiting batches included. */
  readonly positions: Readonly<Positions>
  readonly waiting: readonly WaitingBatch[]
  readonly bytes: number
  /** False when the bound is reached: then reading pauses, and what is unread waits in its files. */
  hasRoom(): boolean
  /** Gaps that no batch carries yet; the batch that takes them names their ids. */
  untoldGaps(): { id: number; gap: Gap }[]
  readonly added: WakeUp
  readonly settled: WakeUp
  /** Writes a batch, which is safe when the promise resolves. One at a time. */
  append(draft: BatchDraft): Promise<void>
  read(batch: WaitingBatch): Promise<StoredBatch>
  /**
   * The broker has the oldest batch. What is missing of it is told in `gaps`, which are safe when the promise resolves.
   * Freed at once today; this is where a batch will be kept until `committed_through` has passed it.
   */
  settle(batch: BatchHeader, gaps: readonly Gap[]): Promise<void>
  /** Saves positions of sources whose lines made no batch. False while batches wait: theirs would come after and be older. */
  savePositions(positions: Positions): Promise<boolean>
  /** Waits for what is being written, then gives the directory back. */
  close(): Promise<void>
}
