import { formatMicros } from '@logboom/contracts'
import type { Gap } from '@logboom/contracts'
import { encodeBatch, readBatch } from './batch-file.ts'
import type { StoredBatch } from './batch-file.ts'
import { freeBatches } from './free-batches.ts'
import { mergeGaps } from './merge-gaps.ts'
import { unpackBody } from './push-body.ts'
import { gapsOf } from './replace-lost.ts'
import { flush, isAnswered, newGaps, note, pathOf } from './spool-state.ts'
import type { SpoolState } from './spool-state.ts'
import type { BatchDraft, WaitingBatch, WaitingPart } from './spool.ts'
import { baseKey } from './waiting-parts.ts'
import { replaceFile } from './write-durably.ts'

/** So much more than is needed goes at once: each time costs a write of the journal. */
const extraShare = 1 / 16

/**
 * Makes room for a batch: first what the broker would not take any more, then what it has and has not committed, then
 * the oldest lines, those of WARN and above last. Gaps tell exactly what is dropped. What was attempted stays.
 */
export async function makeRoom(state: SpoolState, draft: BatchDraft): Promise<void> {
  const wanted = draft.parts.reduce((sum, { body }) => sum + body.length, 0)
  if (state.bytes + wanted <= state.bytesMax) return
  const goal = Math.max(0, state.bytesMax - wanted - Math.floor(state.bytesMax * extraShare))
  await freeUnconfirmed(state, goal)
  const expiredMs = Date.now() - state.retentionMs
  await dropParts(state, goal, 'expired', ({ batch }) => batch.sealedMs < expiredMs)
  for (const lane of ['rest', 'urgent', 'followed'])
    await dropParts(state, goal, 'spool_full', (part) => part.lane === lane)
}

/** It is in the broker's queue, which keeps it unless its disk is lost; what would have to go instead would be lost for sure. */
async function freeUnconfirmed(state: SpoolState, goal: number): Promise<void> {
  const done: WaitingBatch[] = []
  let bytes = state.bytes
  for (const batch of state.waiting) {
    if (bytes <= goal) break
    if (batch.held || !isAnswered(batch) || batch.parts.some(({ isTaken }) => isTaken)) continue
    done.push(batch)
    bytes -= batch.bytes
  }
  if (done.length === 0) return
  state.metrics.unconfirmed('spool_full', done.length)
  await freeBatches(state, done)
}

type DropReason = 'expired' | 'spool_full'

async function dropParts(
  state: SpoolState,
  goal: number,
  reason: DropReason,
  isMeant: (part: WaitingPart) => boolean,
): Promise<void> {
  const victims = new Map<WaitingBatch, WaitingPart[]>()
  let bytes = state.bytes
  for (const batch of state.waiting) {
    if (bytes <= goal) break
    if (batch.held) continue
    // What has a number was or will be sent under it.
    const parts = batch.parts.filter((part) => part.sentAs === null && !part.isTaken && isMeant(part))
    if (parts.length === 0) continue
    victims.set(batch, parts)
    bytes -=
      parts.length === batch.parts.length ? batch.bytes : parts.reduce((sum, part) => sum + part.bytes, 0)
  }
  if (victims.size > 0) await dropAll(state, victims, reason)
}

async function dropAll(
  state: SpoolState,
  victims: ReadonlyMap<WaitingBatch, WaitingPart[]>,
  reason: DropReason,
): Promise<void> {
  const lost: Gap[] = []
  let lines = 0
  for (const [batch, parts] of victims) {
    // While their gap is being written, nobody may begin to send them.
    for (const part of parts) part.isTaken = true
    const content = await readBatch(pathOf(state, batch.seq)).catch(() => null)
    for (const { index, entries } of parts) {
      lost.push(...(content ? await gapsInstead(content, index, reason) : []))
      if (!content) lost.push(gapOfUnknown(state, batch, entries, reason))
      lines += entries
    }
  }
  // What they carried of the ledger is untold again.
  for (const id of [...victims.values()].flat().flatMap(({ gapIds }) => gapIds)) state.taken.delete(id)
  const merged = mergeGaps(state.ledger.gaps, state.taken, lost)
  note(state, {
    dropped: [...victims.values()].flat().map(({ key }) => baseKey(key)),
    told: merged.replaced,
    gaps: newGaps(state, merged.gaps),
  })
  for (const [batch, parts] of victims) {
    batch.parts = batch.parts.filter((part) => !parts.includes(part))
    batch.droppedKeys.push(...parts.map(({ key }) => baseKey(key)))
  }
  state.unsent = null
  await flush(state)
  tell(state, reason, lines, merged.gaps.length)
  await shrink(state, [...victims.keys()])
}

function gapOfUnknown(
  { host }: SpoolState,
  { sealedMs }: WaitingBatch,
  lines: number,
  reason: DropReason,
): Gap {
  const at = formatMicros(sealedMs * 1000)
  return { namespace: host.namespace, pod_name: host.podName, from: at, to: at, lines, reason, exact: false }
}

/** Gaps for the lines of a part, and those that it was the only one to tell of. */
async function gapsInstead(
  { header, bodies }: StoredBatch,
  index: number,
  reason: DropReason,
): Promise<Gap[]> {
  const { gapIds = [], streams = [] } = header.parts[index] ?? {}
  const body = bodies[index]
  const told = body ? (await unpackBody(body)).gaps : []
  // Those of the ledger stand at the end.
  return [...told.slice(0, Math.max(0, told.length - gapIds.length)), ...gapsOf(streams, reason)]
}

function tell({ metrics, log }: SpoolState, reason: DropReason, lines: number, gaps: number): void {
  metrics.dropped(reason, lines)
  for (let count = 0; count < gaps; count += 1) metrics.gap(reason)
  log.warn('the spool is full, its oldest lines were dropped; gaps tell of them', { reason, lines })
}

/** Gives back the bytes: of batches without parts all, of others those of the parts that went. */
async function shrink(state: SpoolState, batches: readonly WaitingBatch[]): Promise<void> {
  await freeBatches(
    state,
    batches.filter(({ parts }) => parts.length === 0),
  )
  for (const batch of batches.filter(({ parts }) => parts.length > 0)) {
    const path = pathOf(state, batch.seq)
    const content = await readBatch(path)
    if (!content) continue
    const kept = new Set(batch.parts.map(({ index }) => index))
    // What is damaged is found, and told of, when it is sent.
    if ([...kept].some((index) => !content.bodies[index])) continue
    const bodyOf = (index: number) => (kept.has(index) && content.bodies[index]) || Buffer.alloc(0)
    const parts = content.header.parts.map((part, index) => ({ ...part, body: bodyOf(index) }))
    const bytes = encodeBatch({ ...content.header, parts }, content.positions)
    await replaceFile(path, bytes)
    state.bytes += bytes.length - batch.bytes
    batch.bytes = bytes.length
  }
}
