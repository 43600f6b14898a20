import type { PartHeader } from './batch-file.ts'
import type { Ledger } from './ledger.ts'
import type { BatchDraft, WaitingBatch, WaitingPart } from './spool.ts'

interface FoundBatch {
  seq: number
  sealedMs: number
  clockMs: number
  parts: readonly PartHeader[]
}

/** A batch as it was found on disk or has just been written there; `clockMs` is that of its sealing, where that is known. */
export function waitingOf(
  { seq, sealedMs, clockMs, parts }: FoundBatch,
  bytes: number,
  { instance, ledger }: { instance: string; ledger: Ledger },
): WaitingBatch {
  const batch: WaitingBatch = {
    seq,
    sealedMs,
    clockMs,
    bytes,
    parts: [],
    droppedKeys: [],
    held: null,
    fresh: null,
  }
  for (const [index, { key, number, lane, entries, body, gapIds }] of parts.entries()) {
    const sealedKey = baseKey(key)
    if (ledger.dropped.has(sealedKey)) {
      batch.droppedKeys.push(sealedKey)
      continue
    }
    const isRenumbered = seq <= ledger.renamedThrough
    const given = number === null || isRenumbered ? ledger.numbers.get(sealedKey) : { instance: null, number }
    const sentAs = given ? { instance: given.instance ?? instance, number: given.number, isSafe: true } : null
    const isAnswered = ledger.answers.has(sealedKey)
    const answeredAtMs = isAnswered ? performance.now() : null
    const part = { batch, index, key, lane, entries, bytes: body.bytes, gapIds, isRenumbered }
    batch.parts.push({
      ...part,
      sentAs,
      isTaken: false,
      isReleased: false,
      answeredAtMs,
      answers: isAnswered ? 1 : 0,
    })
  }
  return batch
}

/** What the clock on the wall is ahead of `performance.now()`, if it shows this now. */
export function clockOf(wallMs: number): number {
  return wallMs - performance.now()
}

export function gapIdsOf({ parts }: WaitingBatch): number[] {
  return parts.flatMap(({ gapIds }) => gapIds)
}

/** A batch that is held in memory. */
export function heldOf(draft: BatchDraft, seq: number): WaitingBatch {
  const bytes = draft.parts.reduce((sum, { body }) => sum + body.length, 0)
  const held = { draft, bytes }
  const { sealedMs } = draft
  const clockMs = clockOf(sealedMs)
  const batch: WaitingBatch = {
    seq,
    sealedMs,
    clockMs,
    bytes: 0,
    parts: [],
    droppedKeys: [],
    held,
    fresh: null,
  }
  batch.parts = draft.parts.map(({ key, lane, entries, body, gapIds }, index): WaitingPart => {
    const part = { batch, index, key, lane, entries, bytes: body.length, gapIds, isRenumbered: false }
    return { ...part, sentAs: null, isTaken: false, isReleased: false, answeredAtMs: null, answers: 0 }
  })
  return batch
}

const suffix = /(?:-lost|\.0)+$/

/** Of a batch that came in parts, or only told of its loss: the key it was sealed with. */
export function baseKey(key: string): string {
  return key.replace(suffix, '')
}
