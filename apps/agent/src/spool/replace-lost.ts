import { stat } from 'node:fs/promises'
import { formatMicros } from '@logboom/contracts'
import type { Gap } from '@logboom/contracts'
import type { HostNames } from '../sources/files/names-of-path.ts'
import { decodeBatch, encodeBatch } from './batch-file.ts'
import type { PartHeader, StoredBatch, StreamPart } from './batch-file.ts'
import { packBody } from './push-body.ts'
import { baseKey } from './waiting-parts.ts'
import { replaceFile } from './write-durably.ts'

/**
 * Puts a batch that tells the gap in the place of one whose bodies cannot all be read: the broker counts batches.
 * Bodies that are whole stay.
 */
export async function replaceLost(
  path: string,
  { header, positions, bodies }: StoredBatch,
): Promise<StoredBatch> {
  const at = formatMicros(header.sealedMs * 1000)
  const parts = header.parts.map(async (part, index) => {
    const body = bodies[index]
    return body ? { ...part, body } : lostPart(part, at)
  })
  return replaceBatch(path, { ...header, parts: await Promise.all(parts) }, positions)
}

interface UnknownBatch {
  seq: number
  /** Those that were its, or may have been: a request for each. */
  numbers: readonly number[]
  host: HostNames
}

/** The same where nothing of it can be read, or where it is missing: nobody knows of what or how many lines. */
export async function replaceUnknown(
  path: string,
  { seq, numbers, host: { namespace, podName } }: UnknownBatch,
): Promise<StoredBatch> {
  const sealedMs = await modifiedMs(path)
  const at = formatMicros(sealedMs * 1000)
  const gap: Gap = { namespace, pod_name: podName, from: at, to: at, reason: 'corrupt', exact: false }
  const parts = numbers.map(async (number, index) => {
    const key = `unknown-${seq}-${number}-${at}-lost`
    const body = await packBody({ key, sentAt: at, gaps: index === 0 ? [gap] : [], logs: Buffer.alloc(0) })
    return { key, number, lane: 'rest' as const, entries: 0, gapIds: [], streams: [], body }
  })
  return replaceBatch(path, { v: 2, seq, sealedMs, parts: await Promise.all(parts) }, '')
}

type MadePart = Omit<PartHeader, 'body'> & { body: Buffer }

/** Gaps that the lost part carried stay untold in the ledger, and go with the next one. */
async function lostPart(part: PartHeader, at: string): Promise<MadePart> {
  const key = `${baseKey(part.key)}-lost`
  const body = await packBody({
    key,
    sentAt: at,
    gaps: gapsOf(part.streams, 'corrupt'),
    logs: Buffer.alloc(0),
  })
  return { ...part, key, entries: 0, gapIds: [], streams: [], body }
}

async function replaceBatch(
  path: string,
  header: Parameters<typeof encodeBatch>[0],
  positions: string,
): Promise<StoredBatch> {
  const bytes = encodeBatch(header, positions)
  await replaceFile(path, bytes)
  const written = decodeBatch(bytes)
  if (!written) throw new Error('a batch that was just made can be read')
  return written
}

/** Exact gaps, one for each stream. */
export function gapsOf(streams: readonly StreamPart[], reason: Gap['reason']): Gap[] {
  return streams.map(({ namespace, podName, containerName, from, to, lines }) => ({
    namespace,
    pod_name: podName,
    container_name: containerName,
    from,
    to,
    lines,
    reason,
    exact: true,
  }))
}

function modifiedMs(path: string): Promise<number> {
  return stat(path).then(
    ({ mtimeMs }) => Math.floor(mtimeMs),
    () => Date.now(),
  )
}
