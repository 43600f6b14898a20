import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from '@logboom/service'
import { appendBatch } from './append-batch.ts'
import { commitThrough, noteAnswer, releasePart } from './free-batches.ts'
import { holdBatch, probeDisk, saveHeld } from './hold-batch.ts'
import { openInstance } from './instance.ts'
import { openJournal } from './journal.ts'
import { applyChange, emptyLedger, wholeChange } from './ledger.ts'
import { lockDirectory } from './lock-directory.ts'
import { linesOfPositions } from './position-lines.ts'
import type { Positions } from './position.ts'
import { keepReserve } from './reserve.ts'
import { recoverBatches } from './recover-batches.ts'
import { createState, flush, note, unsentOf } from './spool-state.ts'
import type { SpoolMetrics, SpoolOptions, SpoolState } from './spool-state.ts'
import type { Spool, SpoolFigures } from './spool.ts'
import { chooseNext, takePart } from './take-part.ts'
import { baseKey } from './waiting-parts.ts'

/**
 * Opens the spool: its directory is made if need be, locked against other processes, and brought back to what was safe
 * when the last process died.
 * @throws {SpoolLocked}
 */
export async function openSpool(options: SpoolOptions, log: Logger, metrics: SpoolMetrics): Promise<Spool> {
  await mkdir(options.directory, { recursive: true, mode: 0o700 })
  const lock = await lockDirectory(options.directory)
  try {
    const { state, positions } = await recover(options, { log, metrics, lock })
    // Without it all goes on, only a full disk is harder to leave.
    await keepReserve(state).catch(() => undefined)
    return spoolOf(state, positions, lock.release)
  } catch (err) {
    await lock.release()
    throw err
  }
}

async function recover(
  options: SpoolOptions,
  { log, metrics, lock }: Pick<SpoolState, 'log' | 'metrics' | 'lock'>,
): Promise<{ state: SpoolState; positions: Positions }> {
  const { directory, host } = options
  const instancePath = join(directory, 'instance.json')
  const { journal, changes, lines, isDamaged } = await openJournal(join(directory, 'journal'))
  // Without its first frame, there is no journal: it is written whole or not at all.
  const isKnown = changes.length > 0 && !isDamaged
  const ledger = emptyLedger()
  for (const change of changes) applyChange(ledger, change)
  if (isDamaged)
    log.error('the journal of the spool is damaged, files may be read again from an earlier place')
  const { id, printKey, isNew } = await openInstance(instancePath, { isSame: isKnown })
  const known = { directory, instance: id, ledger, lines, isKnown, isRenamed: isNew, host, log }
  const { waiting, positions, lastSeq } = await recoverBatches(known)
  if (!isKnown || isNew) await journal.rewrite(wholeChange(ledger), lines)
  const state = createState(options, {
    log,
    metrics,
    lock,
    instance: id,
    printKey,
    journal,
    ledger,
    waiting,
    lastSeq,
  })
  return { state, positions }
}

function spoolOf(state: SpoolState, positions: Positions, unlock: () => Promise<void>): Spool {
  const { instance, printKey, added, settled, waiting, ledger } = state
  const figures = figuresOf(state)
  const spool: Omit<Spool, keyof SpoolFigures> = {
    instance,
    printKey,
    positions,
    added,
    settled,
    waiting,
    hasRoom: () => state.bytes < state.bytesMax,
    untoldGaps: () =>
      [...ledger.gaps].filter(([id]) => !state.taken.has(id)).map(([id, gap]) => ({ id, gap })),
    append: (draft) => appendBatch(state, draft),
    hold: (draft) => holdBatch(state, draft),
    probe: () => probeDisk(state),
    tellSealedPositions: (tell) => (state.sealedPositions = tell),
    tellRetention: (ms) => (state.retentionMs = ms),
    next: () => chooseNext(state),
    take: (part) => takePart(state, part),
    answered: (part, gaps, fates) => noteAnswer(state, part, gaps, fates),
    committed: (name, key) => commitThrough(state, name, key),
    release: (part) => releasePart(state, part),
    fatesOf: ({ key }) => ledger.answers.get(baseKey(key)) ?? null,
    async savePositions(moved) {
      const lines = linesOfPositions(moved)
      note(
        state,
        {},
        lines.map((line) => ({ ...line, seq: state.lastSeq + 0.5 })),
      )
      await flush(state).catch(() => undefined)
    },
    async close() {
      await saveHeld(state)
      await flush(state).catch(() => undefined)
      await unlock()
    },
  }
  return Object.assign(figures, spool)
}

/** What changes is asked for each time. */
function figuresOf(state: SpoolState): SpoolFigures {
  return {
    get unsent() {
      return unsentOf(state)
    },
    get bytes() {
      return state.bytes
    },
    get heldBytes() {
      return state.heldBytes
    },
    get isDegraded() {
      return state.probeAtMs !== null
    },
    get lastNumber() {
      return state.ledger.nextNumber - 1
    },
    get journalBytes() {
      return state.journal.bytesWritten
    },
  }
}
