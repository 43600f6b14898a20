import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { formatMicros } from '@logboom/contracts'
import type { Gap } from '@logboom/contracts'
import type { Logger } from '@logboom/service'
import type { HostNames } from '../sources/files/names-of-path.ts'
import { batchFileName, encodeBatch, numberOfFileName, readBatch } from './batch-file.ts'
import type { BatchHeader, StoredBatch } from './batch-file.ts'
import type { Checkpoint } from './checkpoint.ts'
import type { Positions } from './position.ts'
import { packBody } from './push-body.ts'
import type { WaitingBatch } from './spool.ts'
import { replaceFile, syncDirectory } from './write-durably.ts'

export interface Recovered {
  waiting: WaitingBatch[]
  positions: Positions
  /** Gaps of the checkpoint that waiting batches carry. */
  gapIds: Set<number>
}

/**
 * Finds the batches that the last process left. The newest may be torn: it was never sent, its lines are read again.
 * One that is damaged further back may have been; in its place goes a batch that tells the gap.
 */
export async function recoverBatches(
  directory: string,
  checkpoint: Checkpoint,
  host: HostNames,
  log: Logger,
): Promise<Recovered> {
  const numbers = await listNumbers(directory, checkpoint.freedThrough)
  const last = numbers.at(-1) ?? 0
  const first = checkpoint.freedThrough > 0 ? checkpoint.freedThrough + 1 : (numbers[0] ?? 1)
  const found: Recovered = { waiting: [], positions: { ...checkpoint.positions }, gapIds: new Set() }
  for (let number = first; number <= last; number += 1) {
    const path = join(directory, batchFileName(number))
    const content = await readBatch(path).catch(ignoreMissing)
    if (number === last && (content === null || content.body === null)) {
      log.warn('the newest batch was not written whole, its lines are read again', { number })
      await rm(path, { force: true })
      continue
    }
    if (content === null) log.error('a batch in the spool is damaged, a gap tells of it', { number })
    const { header } = content ?? (await replaceLost(path, number, null, host))
    Object.assign(found.positions, header.positions)
    for (const id of header.gapIds) found.gapIds.add(id)
    found.waiting.push({ number, bytes: (await stat(path)).size, sealedMs: header.sealedMs })
  }
  return found
}

/** Puts a batch that only tells a gap in the place of one that cannot be read: the broker counts batches. */
export async function replaceLost(
  path: string,
  number: number,
  header: BatchHeader | null,
  host: HostNames,
): Promise<StoredBatch> {
  const sealedMs =
    header?.sealedMs ??
    (await stat(path).then(
      ({ mtimeMs }) => Math.floor(mtimeMs),
      () => Date.now(),
    ))
  const at = formatMicros(sealedMs * 1000)
  const key = `${header?.key ?? `unknown-${number}-${at}`}-lost`
  const body = await packBody({
    key,
    sentAt: at,
    gaps: header ? gapsOf(header) : [unknownGap(host, at)],
    logs: Buffer.alloc(0),
  })
  const empty = { v: 1 as const, number, entries: 0, positions: {}, gapIds: [], streams: [] }
  // Gaps that the lost batch carried stay untold in the checkpoint, and go with the next one.
  const batch = { header: { ...empty, key, sealedMs, positions: header?.positions ?? {} }, body }
  await replaceFile(path, encodeBatch(batch))
  return batch
}

function gapsOf(header: BatchHeader): Gap[] {
  return header.streams.map(({ namespace, podName, containerName, from, to, lines }) => ({
    namespace,
    pod_name: podName,
    container_name: containerName,
    from,
    to,
    lines,
    reason: 'corrupt',
    exact: true,
  }))
}

function unknownGap({ namespace, podName }: HostNames, at: string): Gap {
  return { namespace, pod_name: podName, from: at, to: at, reason: 'corrupt', exact: false }
}

/** Numbers in order; what a crash left half done is cleared away. */
async function listNumbers(directory: string, freedThrough: number): Promise<number[]> {
  const numbers: number[] = []
  for (const name of await readdir(directory)) {
    const number = numberOfFileName(name)
    const isLeftOver = name.endsWith('.next') || (number !== null && number <= freedThrough)
    if (isLeftOver) await rm(join(directory, name), { force: true })
    else if (number !== null) numbers.push(number)
  }
  await syncDirectory(directory)
  return numbers.sort((a, b) => a - b)
}

function ignoreMissing(err: unknown): null {
  if (err instanceof Error && 'code' in err && err.code === 'ENOENT') return null
  throw err
}
