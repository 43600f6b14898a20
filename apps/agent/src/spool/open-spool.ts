import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Gap } from '@logboom/contracts'
import type { Logger } from '@logboom/service'
import type { HostNames } from '../sources/files/names-of-path.ts'
import { createWakeUp } from '../wake-up.ts'
import { batchFileName, encodeBatch, readBatch } from './batch-file.ts'
import type { BatchHeader, StoredBatch } from './batch-file.ts'
import { emptyCheckpoint, readCheckpoint, writeCheckpoint } from './checkpoint.ts'
import type { Checkpoint } from './checkpoint.ts'
import { openInstance, saveInstance } from './instance.ts'
import { lockDirectory } from './lock-directory.ts'
import type { Positions } from './position.ts'
import { recoverBatches, replaceLost } from './recover-batches.ts'
import type { BatchDraft, Spool, WaitingBatch } from './spool.ts'
import { writeNewFile } from './write-durably.ts'

export interface SpoolOptions {
  directory: string
  bytesMax: number
  /** Names the gap where nothing of a batch can be read. */
  host: HostNames
}

/**
 * Opens the spool: its directory is made if need be, locked against other processes, and brought back to what was safe
 * when the last process died.
 * @throws {SpoolLocked}
 */
export async function openSpool(options: SpoolOptions, log: Logger): Promise<Spool> {
  await mkdir(options.directory, { recursive: true, mode: 0o700 })
  const unlock = await lockDirectory(options.directory)
  try {
    return await recover(options, log, unlock)
  } catch (err) {
    await unlock()
    throw err
  }
}

interface State extends SpoolOptions {
  log: Logger
  checkpoint: Checkpoint
  waiting: WaitingBatch[]
  bytes: number
  lastNumber: number
  /** Ids of gaps that waiting batches carry. */
  taken: Set<number>
  /** The last write of the checkpoint, for the next one to wait for. */
  saving: Promise<unknown>
}

async function recover(options: SpoolOptions, log: Logger, unlock: () => Promise<void>): Promise<Spool> {
  const { directory, host } = options
  let instance = await openInstance(join(directory, 'instance.json'))
  const saved = await readCheckpoint(join(directory, 'checkpoint'))
  if (saved === 'damaged') {
    log.error('the checkpoint of the spool is damaged, files may be read again from their beginning')
    instance = await saveInstance(join(directory, 'instance.json'), instance.printKey)
  }
  const checkpoint = saved === 'damaged' || saved === null ? emptyCheckpoint : saved
  const { waiting, positions, gapIds } = await recoverBatches(directory, checkpoint, host, log)
  const state: State = {
    ...options,
    log,
    checkpoint,
    waiting,
    bytes: waiting.reduce((sum, batch) => sum + batch.bytes, 0),
    lastNumber: waiting.at(-1)?.number ?? checkpoint.freedThrough,
    taken: gapIds,
    saving: Promise.resolve(),
  }
  return spoolOf(state, { instance: instance.id, printKey: instance.printKey, positions }, unlock)
}

function spoolOf(
  state: State,
  known: Pick<Spool, 'instance' | 'printKey' | 'positions'>,
  unlock: () => Promise<void>,
): Spool {
  const added = createWakeUp()
  const settled = createWakeUp()
  return {
    ...known,
    added,
    settled,
    waiting: state.waiting,
    get bytes() {
      return state.bytes
    },
    hasRoom: () => state.bytes < state.bytesMax,
    untoldGaps: () => state.checkpoint.gaps.filter(({ id }) => !state.taken.has(id)),
    async append(draft) {
      await append(state, draft)
      added.ring()
    },
    read: (batch) => read(state, batch),
    async settle(batch, gaps) {
      await settle(state, batch, gaps)
      settled.ring()
    },
    savePositions: (positions) => savePositions(state, positions),
    async close() {
      await state.saving.catch(() => undefined)
      await unlock()
    },
  }
}

async function append(state: State, { body, ...rest }: BatchDraft): Promise<void> {
  const header: BatchHeader = { v: 1, number: state.lastNumber + 1, ...rest }
  const bytes = encodeBatch({ header, body })
  await writeNewFile(pathOf(state, header.number), bytes)
  state.lastNumber = header.number
  state.bytes += bytes.length
  for (const id of header.gapIds) state.taken.add(id)
  state.waiting.push({ number: header.number, bytes: bytes.length, sealedMs: header.sealedMs })
}

async function read(state: State, { number }: WaitingBatch): Promise<StoredBatch> {
  const path = pathOf(state, number)
  const content = await readBatch(path)
  if (content?.body) return content
  state.log.error('a batch in the spool is damaged, a gap tells of it', { number })
  return replaceLost(path, number, content?.header ?? null, state.host)
}

async function settle(state: State, batch: BatchHeader, gaps: readonly Gap[]): Promise<void> {
  await save(state, ({ positions, gaps: untold, nextGapId, ...rest }) => ({
    ...rest,
    freedThrough: batch.number,
    positions: { ...positions, ...batch.positions },
    gaps: [
      ...untold.filter(({ id }) => !batch.gapIds.includes(id)),
      ...gaps.map((gap, index) => ({ id: nextGapId + index, gap })),
    ],
    nextGapId: nextGapId + gaps.length,
  }))
  for (const id of batch.gapIds) state.taken.delete(id)
  await rm(pathOf(state, batch.number), { force: true })
  const freed = state.waiting.shift()
  state.bytes -= freed?.bytes ?? 0
}

async function savePositions(state: State, positions: Positions): Promise<boolean> {
  if (state.waiting.length > 0) return false
  await save(state, (checkpoint) => ({ ...checkpoint, positions: { ...checkpoint.positions, ...positions } }))
  return true
}

/** Checkpoints are written one after another, each on top of the one before; in memory it counts when it is on disk. */
async function save(state: State, change: (checkpoint: Checkpoint) => Checkpoint): Promise<void> {
  const turn = state.saving
    .catch(() => undefined)
    .then(async () => {
      const next = change(state.checkpoint)
      await writeCheckpoint(join(state.directory, 'checkpoint'), next)
      state.checkpoint = next
    })
  state.saving = turn
  await turn
}

function pathOf(state: State, number: number): string {
  return join(state.directory, batchFileName(number))
}
