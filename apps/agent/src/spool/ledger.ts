import { Gap } from '@logboom/contracts'
import { z } from 'zod'

const Fates = z.object({ expired: z.int().min(0), rejected: z.int().min(0) })

/** What happened to the spool; the journal is a row of these. */
export const Change = z.object({
  /** Batches by `seq`, with the keys of their parts, that are gone from the spool. */
  freed: z.array(z.tuple([z.int(), z.array(z.string())])).optional(),
  /** All up to this one are. */
  freedThrough: z.int().optional(),
  /** The own number up to which the broker has committed all. */
  committed: z.int().optional(),
  /** Batches up to this one were sealed under another instance: their numbers do not count. */
  renamedThrough: z.int().optional(),
  /** Parts by the key they were sealed with, and the instance (null: this spool's own) and number under which they are sent. */
  numbered: z.array(z.tuple([z.string(), z.string().nullable(), z.int()])).optional(),
  /** The next number of this spool's own instance. */
  nextNumber: z.int().optional(),
  /** Parts that the broker has answered, and how many of their entries it did not take: a gap tells of these. */
  answered: z.array(z.tuple([z.string(), Fates])).optional(),
  /** Parts that were dropped; a gap tells of them, and they must never be sent. */
  dropped: z.array(z.string()).optional(),
  /** Gaps that no batch carries yet. */
  gaps: z.array(z.object({ id: z.int(), gap: Gap })).optional(),
  nextGapId: z.int().optional(),
  /** Gaps that the broker has, or that became part of another. */
  told: z.array(z.int()).optional(),
})
export type Change = z.infer<typeof Change>
export type Fates = z.infer<typeof Fates>

/** What is to know of batches besides their files. */
export interface Ledger {
  freedThrough: number
  /** Of those beyond. */
  freed: Set<number>
  committed: number
  renamedThrough: number
  numbers: Map<string, { instance: string | null; number: number }>
  nextNumber: number
  answers: Map<string, Fates>
  dropped: Set<string>
  gaps: Map<number, Gap>
  nextGapId: number
}

export function emptyLedger(): Ledger {
  return {
    freedThrough: 0,
    freed: new Set(),
    committed: 0,
    renamedThrough: 0,
    numbers: new Map(),
    nextNumber: 1,
    answers: new Map(),
    dropped: new Set(),
    gaps: new Map(),
    nextGapId: 1,
  }
}

export function applyChange(ledger: Ledger, change: Change): void {
  for (const [key, instance, number] of change.numbered ?? []) {
    ledger.numbers.set(key, { instance, number })
    if (instance === null) ledger.nextNumber = Math.max(ledger.nextNumber, number + 1)
  }
  ledger.nextNumber = Math.max(ledger.nextNumber, change.nextNumber ?? 0)
  for (const [key, fates] of change.answered ?? []) ledger.answers.set(key, fates)
  for (const key of change.dropped ?? []) ledger.dropped.add(key)
  for (const { id, gap } of change.gaps ?? []) {
    ledger.gaps.set(id, gap)
    ledger.nextGapId = Math.max(ledger.nextGapId, id + 1)
  }
  ledger.nextGapId = Math.max(ledger.nextGapId, change.nextGapId ?? 0)
  for (const id of change.told ?? []) ledger.gaps.delete(id)
  ledger.committed = Math.max(ledger.committed, change.committed ?? 0)
  ledger.renamedThrough = Math.max(ledger.renamedThrough, change.renamedThrough ?? 0)
  ledger.freedThrough = Math.max(ledger.freedThrough, change.freedThrough ?? 0)
  for (const [seq, keys] of change.freed ?? []) free(ledger, seq, keys)
}

function free(ledger: Ledger, seq: number, keys: readonly string[]): void {
  for (const key of keys) {
    ledger.numbers.delete(key)
    ledger.answers.delete(key)
    ledger.dropped.delete(key)
  }
  if (seq > ledger.freedThrough) ledger.freed.add(seq)
  while (ledger.freed.delete(ledger.freedThrough + 1)) ledger.freedThrough += 1
}

export function isFreed({ freedThrough, freed }: Ledger, seq: number): boolean {
  return seq <= freedThrough || freed.has(seq)
}

/** The change that makes of an empty ledger this one. */
export function wholeChange(ledger: Ledger): Change {
  return {
    freedThrough: ledger.freedThrough,
    freed: [...ledger.freed].map((seq) => [seq, []]),
    committed: ledger.committed,
    renamedThrough: ledger.renamedThrough,
    numbered: [...ledger.numbers].map(([key, { instance, number }]) => [key, instance, number]),
    nextNumber: ledger.nextNumber,
    answered: [...ledger.answers],
    dropped: [...ledger.dropped],
    gaps: [...ledger.gaps].map(([id, gap]) => ({ id, gap })),
    nextGapId: ledger.nextGapId,
  }
}

/** Both as one. `later` must not undo what `earlier` did to the same thing, but by telling its gaps or freeing its batches. */
export function joinChanges(earlier: Change, later: Change): Change {
  return {
    ...earlier,
    ...later,
    freed: [...(earlier.freed ?? []), ...(later.freed ?? [])],
    numbered: [...(earlier.numbered ?? []), ...(later.numbered ?? [])],
    answered: [...(earlier.answered ?? []), ...(later.answered ?? [])],
    dropped: [...(earlier.dropped ?? []), ...(later.dropped ?? [])],
    gaps: [...(earlier.gaps ?? []), ...(later.gaps ?? [])],
    told: [...(earlier.told ?? []), ...(later.told ?? [])],
  }
}

/** Another instance counts from one. */
export function renameLedger(ledger: Ledger, lastSeq: number): void {
  ledger.numbers.clear()
  Object.assign(ledger, { nextNumber: 1, committed: 0, renamedThrough: lastSeq })
}
