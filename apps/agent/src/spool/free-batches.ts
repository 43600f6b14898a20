import type { Gap } from '@logboom/contracts'
import { readPositions } from './batch-file.ts'
import type { PlacedLine } from './journal.ts'
import type { Fates } from './ledger.ts'
import { linesOfPositions, splitPositions } from './position-lines.ts'
import { flush, isAnswered, isCommitted, newGaps, note, pathOf } from './spool-state.ts'
import type { SpoolState } from './spool-state.ts'
import type { WaitingBatch, WaitingPart } from './spool.ts'
import { baseKey, gapIdsOf } from './waiting-parts.ts'

/** The broker has the part. What is missing of it is told in `gaps`, on disk before the batch can be freed. */
export async function noteAnswer(
  state: SpoolState,
  part: WaitingPart,
  gaps: readonly Gap[],
  fates: Fates,
): Promise<void> {
  // Answered once more while its commit was told of: it is gone.
  if (!state.waiting.includes(part.batch)) return
  note(state, { answered: [[baseKey(part.key), fates]], gaps: newGaps(state, gaps) })
  part.answeredAtMs = performance.now()
  part.answers += 1
  if (part.batch.fresh && isAnswered(part.batch)) part.batch.fresh.bodies = []
  state.unsent = null
  // Should the disk be away, they go with what else is noted.
  if (gaps.length > 0) await flush(state).catch(() => undefined)
  await freeCommitted(state)
  state.settled.ring()
}

/** All up to this batch of an instance is committed. */
export async function commitThrough(state: SpoolState, instance: string, key: string): Promise<void> {
  const named = baseKey(key)
  for (const { parts } of state.waiting) {
    const part = parts.find((one) => one.sentAs?.instance === instance && baseKey(one.key) === named)
    if (!part?.sentAs || part.sentAs.number <= (state.through.get(instance) ?? 0)) continue
    state.through.set(instance, part.sentAs.number)
  }
  await freeCommitted(state)
}

/** Frees a part that was answered, though nobody said that it is committed. */
export async function releasePart(state: SpoolState, part: WaitingPart): Promise<void> {
  part.isReleased = true
  await freeCommitted(state)
}

async function freeCommitted(state: SpoolState): Promise<void> {
  const isDone = (part: WaitingPart) => part.isReleased || isCommitted(state, part)
  const done = state.waiting.filter(({ parts }) => parts.every(isDone))
  for (let from = 0; from < done.length; from += freedTogetherMax)
    await freeBatches(state, done.slice(from, from + freedTogetherMax))
}

/** Their files are read for it: after a long wait for a commit, not hundreds of megabytes at once. */
const freedTogetherMax = 32

/** Takes batches out of the spool: their positions are in the journal before their files go. */
export async function freeBatches(state: SpoolState, batches: readonly WaitingBatch[]): Promise<void> {
  const lines = await Promise.all(batches.map((batch) => linesOf(state, batch)))
  const stillThere = batches.filter((batch) => state.waiting.includes(batch))
  for (const batch of stillThere) remove(state, batch)
  note(
    state,
    {
      freed: stillThere.map(({ seq, parts, droppedKeys }) => [
        seq,
        [...parts.map(({ key }) => baseKey(key)), ...droppedKeys],
      ]),
      told: stillThere.flatMap(gapIdsOf),
      committed: state.through.get(state.instance) ?? 0,
      // Of numbers that were given with the seal, nobody else tells once their files are gone.
      nextNumber: state.ledger.nextNumber,
    },
    lines.flat(),
    stillThere.map(({ seq }) => seq),
  )
  state.settled.ring()
  await flush(state).catch(() => undefined)
}

function remove(state: SpoolState, batch: WaitingBatch): void {
  state.waiting.splice(state.waiting.indexOf(batch), 1)
  state.bytes -= batch.bytes
  state.heldBytes -= batch.held?.bytes ?? 0
  state.unsent = null
  for (const id of gapIdsOf(batch)) state.taken.delete(id)
}

async function linesOf(state: SpoolState, { seq, held, fresh }: WaitingBatch): Promise<PlacedLine[]> {
  const written = fresh?.positions ?? (held && linesOfPositions(held.draft.positions))
  const lines = written ?? splitPositions(await positionsOnDisk(state, seq))
  return lines.map(({ key, json }) => ({ key, json, seq }))
}

/** A file that went with its directory has none: what is read now stands further on. */
async function positionsOnDisk(state: SpoolState, seq: number): Promise<string> {
  const text = await readPositions(pathOf(state, seq)).catch((err: unknown) => {
    if (err instanceof Error && 'code' in err && err.code === 'ENOENT') return ''
    throw err
  })
  return text ?? ''
}
