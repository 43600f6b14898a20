import { ensureDisk } from './hold-batch.ts'
import { makeRoom } from './make-room.ts'
import { addWaiting, noteDiskFailure, unsentOf } from './spool-state.ts'
import type { SpoolState } from './spool-state.ts'
import type { BatchDraft } from './spool.ts'
import { clockOf, waitingOf } from './waiting-parts.ts'
import { writeBatch } from './write-batch.ts'

/** Writes a batch as a file, which is safe when the promise resolves. @throws while the disk takes nothing */
export async function appendBatch(state: SpoolState, draft: BatchDraft): Promise<void> {
  const gapIds = draft.parts.flatMap((part) => part.gapIds)
  // What it tells of must not become part of a gap that its own making room leaves.
  for (const id of gapIds) state.taken.add(id)
  try {
    await ensureDisk(state)
    if (draft.mayDrop) await makeRoom(state, draft)
    const seq = state.lastSeq + 1
    const number = sealedNumber(state, draft)
    const { bytes, places } = await writeBatch(state, draft, { seq, number })
    const parts = draft.parts.map((part) => ({ ...part, number, body: { bytes: part.body.length, crc: 0 } }))
    const { sealedMs } = draft
    const batch = waitingOf({ seq, sealedMs, clockMs: clockOf(sealedMs), parts }, bytes, state)
    batch.fresh = { bodies: draft.parts.map(({ body }) => body), positions: places }
    addWaiting(state, batch)
  } catch (err) {
    for (const id of gapIds) state.taken.delete(id)
    noteDiskFailure(state, err)
    throw err
  }
}

/**
 * What nothing can overtake gets its number at once, which saves a write to the disk: nothing else waits to be sent, and
 * no other batch is sealed meanwhile.
 */
function sealedNumber(state: SpoolState, { parts }: BatchDraft): number | null {
  return parts.length === 1 && unsentOf(state) === 0 ? state.ledger.nextNumber : null
}
