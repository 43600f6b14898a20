import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { freeBatches } from './free-batches.ts'
import { saveInstance } from './instance.ts'
import type { Change } from './ledger.ts'
import { keepReserve, tryRoom } from './reserve.ts'
import { addWaiting, DiskAway, flush, isAnswered, note, noteDiskFailure, sealedLines } from './spool-state.ts'
import type { SpoolState } from './spool-state.ts'
import type { BatchDraft, WaitingBatch } from './spool.ts'
import { baseKey, heldOf } from './waiting-parts.ts'
import { writeBatch } from './write-batch.ts'

/** Keeps a batch in memory, where the shipper finds it as well. False when there is no room. */
export function holdBatch(state: SpoolState, draft: BatchDraft): boolean {
  const batch = heldOf(draft, state.lastSeq + 1)
  const wanted = state.heldBytes + (batch.held?.bytes ?? 0)
  // One that is larger than all the memory may be held alone.
  const isTooMuch = wanted > state.memoryBytesMax && (state.heldBytes > 0 || state.memoryBytesMax === 0)
  if (isTooMuch) return giveUpAnswered(state, wanted)
  addWaiting(state, batch)
  return true
}

/** What the broker has answered makes room for what it has not. */
function giveUpAnswered(state: SpoolState, wanted: number): false {
  const done: WaitingBatch[] = []
  let bytes = wanted
  for (const batch of state.waiting) {
    if (bytes <= state.memoryBytesMax) break
    if (!batch.held || !isAnswered(batch) || batch.parts.some(({ isTaken }) => isTaken)) continue
    done.push(batch)
    bytes -= batch.held.bytes
  }
  if (done.length > 0) {
    state.metrics.unconfirmed('memory_full', done.length)
    void freeBatches(state, done)
  }
  return false
}

/** Brings to the disk what was noted and held while it was away. @throws when it takes nothing */
export async function ensureDisk(state: SpoolState): Promise<void> {
  if (state.probeAtMs === null) return
  state.reviving ??= revive(state).finally(() => {
    state.reviving = null
  })
  await state.reviving
}

/** The last try, when the process ends; what is held and not sent is read again, if it is still there. */
export async function saveHeld(state: SpoolState): Promise<void> {
  if (state.probeAtMs === null) return
  state.probeAtMs = 0
  await probeDisk(state)
}

/** As `ensureDisk`, where there is nothing to write; never throws. */
export async function probeDisk(state: SpoolState): Promise<void> {
  if (state.probeAtMs === null) return
  await ensureDisk(state).catch((err: unknown) => noteDiskFailure(state, err))
}

async function revive(state: SpoolState): Promise<void> {
  const { directory, probeAtMs } = state
  if (probeAtMs !== null && performance.now() < probeAtMs) throw new DiskAway('the disk takes nothing')
  const isLost = !(await exists(join(directory, 'journal')))
  await mkdir(directory, { recursive: true, mode: 0o700 })
  await state.lock.renew()
  const instancePath = join(directory, 'instance.json')
  if (!(await exists(instancePath))) await saveInstance(instancePath, { ...state, id: state.instance })
  await flush(state)
  for (const batch of state.waiting.filter(({ held }) => held !== null)) await writeHeld(state, batch)
  if (isLost) note(state, {}, sealedLines(state))
  await flush(state)
  // Room for a few bytes is not enough to call it well again.
  await keepReserve(state)
  await tryRoom(state)
  state.probeAtMs = null
  state.log.info('the spool can be written again')
  state.added.ring()
}

/** Their numbers first: a batch that was attempted must not be sent under another one. */
async function writeHeld(state: SpoolState, batch: WaitingBatch): Promise<void> {
  const { held, parts, seq } = batch
  if (!held || !state.waiting.includes(batch)) return
  const numbered = parts.flatMap(({ key, sentAs }): Change['numbered'] & {} =>
    sentAs ? [[baseKey(key), sentAs.instance, sentAs.number]] : [],
  )
  note(state, { numbered })
  await flush(state)
  const { bytes } = await writeBatch(state, held.draft, { seq, number: null })
  batch.held = null
  state.heldBytes -= held.bytes
  // It may have been freed meanwhile; then its file goes with the next start.
  if (!state.waiting.includes(batch)) return
  batch.bytes = bytes
  state.bytes += bytes
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
