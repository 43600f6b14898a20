import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from '@logboom/service'
import type { HostNames } from '../sources/files/names-of-path.ts'
import { batchFileName, readBatch, seqOfFileName } from './batch-file.ts'
import type { PartHeader, StoredBatch } from './batch-file.ts'
import { isFreed, renameLedger } from './ledger.ts'
import type { Ledger } from './ledger.ts'
import type { PlacedLine } from './journal.ts'
import { parsePosition, splitPositions } from './position-lines.ts'
import type { Positions } from './position.ts'
import { replaceUnknown } from './replace-lost.ts'
import type { WaitingBatch } from './spool.ts'
import { baseKey, clockOf, waitingOf } from './waiting-parts.ts'
import { syncDirectory } from './write-durably.ts'

export interface Recovered {
  waiting: WaitingBatch[]
  positions: Positions
  lastSeq: number
}

export interface RecoverDeps {
  directory: string
  instance: string
  ledger: Ledger
  /** Positions of batches that are gone. */
  lines: readonly PlacedLine[]
  /** All of the ledger is there: a batch that it does not call freed was lost. */
  isKnown: boolean
  /** The instance is another one than that of the batches. */
  isRenamed: boolean
  host: HostNames
  log: Logger
}

/**
 * Finds the batches that the last process left. The newest may be torn: it was never sent, its lines are read again.
 * One that is damaged further back may have been; in its place goes a batch that tells the gap.
 */
export async function recoverBatches(deps: RecoverDeps): Promise<Recovered> {
  const { directory, ledger, log } = deps
  const found = await readAll(deps)
  const places = new Map(deps.lines.map(({ key, seq, json }) => [key, { seq, json }]))
  if (deps.isRenamed) renameLedger(ledger, [...found.keys()].at(-1) ?? 0)
  const known = [...found].flatMap(([seq, read]) =>
    read && seq > ledger.renamedThrough ? read.header.parts : [],
  )
  const numbers = lostNumbers(known, ledger)
  const waiting: WaitingBatch[] = []
  for (const [seq, read] of found) {
    const path = join(directory, batchFileName(seq))
    if (read === null) log.error('a batch in the spool is damaged, a gap tells of it', { seq })
    const { header, positions } = read ?? (await replaceUnknown(path, { seq, numbers: numbers(), ...deps }))
    for (const { key, json } of splitPositions(positions)) {
      if ((places.get(key)?.seq ?? 0) <= seq) places.set(key, { seq, json })
    }
    const batch = { ...header, clockMs: clockOf(Date.now()) }
    waiting.push(waitingOf(batch, (await stat(path)).size, deps))
  }
  const lastSeq = Math.max(ledger.freedThrough, ...ledger.freed, waiting.at(-1)?.seq ?? 0)
  return { waiting, positions: positionsOf(places), lastSeq }
}

/** By `seq`, in order; null for what is missing or cannot be read. */
async function readAll({
  directory,
  ledger,
  isKnown,
  log,
}: RecoverDeps): Promise<Map<number, StoredBatch | null>> {
  const there = await listBatches(directory, ledger)
  const last = there.at(-1) ?? 0
  const found = new Map<number, StoredBatch | null>()
  for (let seq = isKnown ? ledger.freedThrough + 1 : (there[0] ?? 1); seq <= last; seq += 1) {
    if (isFreed(ledger, seq)) continue
    const path = join(directory, batchFileName(seq))
    const content = await readBatch(path).catch(ignoreMissing)
    if (seq === last && (content?.bodies.includes(null) ?? true)) {
      log.warn('the newest batch was not written whole, its lines are read again', { seq })
      await rm(path, { force: true })
    } else found.set(seq, content)
  }
  return found
}

const lostNumbersMax = 100

/**
 * Numbers for batches of which nothing can be read: the broker waits for each number that was given. All that is
 * neither committed nor known goes to the first of them; further ones, which nobody can have overtaken, get the next.
 */
function lostNumbers(known: readonly PartHeader[], ledger: Ledger): () => number[] {
  const sealed = known.flatMap(({ number }) => (number === null ? [] : [number]))
  ledger.nextNumber = Math.max(ledger.nextNumber, ...sealed.map((number) => number + 1))
  const keys = new Set(known.map(({ key }) => baseKey(key)))
  const given = [...ledger.numbers].filter(([key, { instance }]) => instance === null && keys.has(key))
  const present = new Set([...sealed, ...given.map(([, { number }]) => number)])
  const lost: number[] = []
  for (let number = ledger.committed + 1; number < ledger.nextNumber; number += 1)
    if (!present.has(number)) lost.push(number)
  return () => {
    // A broker that never tells what it has committed makes all of them look lost.
    const numbers = lost.splice(0).slice(-lostNumbersMax)
    if (numbers.length > 0) return numbers
    ledger.nextNumber += 1
    return [ledger.nextNumber - 1]
  }
}

function positionsOf(places: ReadonlyMap<string, { json: string }>): Positions {
  const positions: Positions = {}
  for (const [key, { json }] of places) {
    const position = parsePosition(json)
    if (position) positions[key] = position
  }
  return positions
}

/** What is there, in order; what a crash left half done is cleared away. */
async function listBatches(directory: string, ledger: Ledger): Promise<number[]> {
  const found: number[] = []
  for (const name of await readdir(directory)) {
    const seq = seqOfFileName(name)
    const isLeftOver = name.endsWith('.next') || (seq !== null && isFreed(ledger, seq))
    if (isLeftOver) await rm(join(directory, name), { force: true })
    else if (seq !== null) found.push(seq)
  }
  await syncDirectory(directory)
  return found.sort((a, b) => a - b)
}

function ignoreMissing(err: unknown): null {
  if (err instanceof Error && 'code' in err && err.code === 'ENOENT') return null
  throw err
}
