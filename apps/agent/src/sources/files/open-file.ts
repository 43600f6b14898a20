import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { createLineIds, fileKey, isPrintOf, markerBytesMax, printOf } from '../../identity/file-identity.ts'
import type { Print } from '../../identity/file-identity.ts'
import type { AgentMetrics } from '../../metrics.ts'
import { freshMemory, LineMemory } from '../../spool/position.ts'
import type { FilePosition } from '../../spool/position.ts'
import { accessOf } from './file-access.ts'
import type { FileAccess } from './file-access.ts'
import { gapOf } from '../gap-of.ts'
import { createLineClock } from '../line-clock.ts'
import { namesOfPath } from './names-of-path.ts'
import type { HostNames } from './names-of-path.ts'
import type { LineSink, Source } from '../raw-line.ts'
import type { LineState } from '../raw-line-of.ts'
import { createLineSplitter } from '../split-lines.ts'
import type { LineSplitter } from '../split-lines.ts'

export interface FollowDeps {
  sink: LineSink
  metrics: AgentMetrics
  host: HostNames
  printKey: string
  lineBytesMax: number
  /** Silence after which an unterminated last line is sent. */
  partialMs: number
  /** Milliseconds since 1970. */
  now: () => number
}

/** An open file that is read as it grows. It belongs to its inode: a rename changes nothing, a truncation starts a new life. */
export interface FollowedFile extends Source, LineState {
  position(): FilePosition
  readonly handle: FileHandle
  readonly access: FileAccess
  readonly device: bigint
  readonly inode: bigint
  /** The path that names the stream: the first one that the file had. */
  readonly path: string
  /** When the last bytes came, by `performance.now()`: the clock on the wall may be set back by hours. */
  changedAtMs: number
  /** Set when all of a file that is gone has been read. */
  finishedMs: number | null
  generation: number
  fingerprint: Print | null
  splitter: LineSplitter
  /** Up to where bytes were read, and the last of them, which lie in the first of the tails. */
  readOffset: number
  readTail: Buffer
  readonly tails: { read: Buffer; taken: Buffer }
  /** The end of the last line that was pushed. */
  takenOffset: number
  /** Bytes around it, and the offset of the first: the chunk that is being read, afterwards the last bytes taken of it. */
  takenBytes: Buffer
  takenFrom: number
  modifiedNs: bigint
  /** A writer that does not append goes on at its old offset after a truncation: before it is a hole, which reads as NUL. */
  isInHole: boolean
  /** When its end was last seen with every line of it taken, microseconds since 1970. */
  caughtUpUs: number | null
}

export const noBytes = Buffer.alloc(0)

export interface OpenOptions {
  /** Names the stream, if the file is new to us; else its position does. */
  namedAfter: string
  /** The position of the file, or of another one that had the same inode: only the content decides. */
  knownOf: (key: string) => FilePosition | undefined
  /** Not to be read if it is not the file whose position is known. */
  mustResume?: boolean
}

/** Opens a file where it was left. Where it is not the same any more, reading begins anew and a gap says so. */
export async function openFile(
  path: string,
  { namedAfter, knownOf, mustResume = false }: OpenOptions,
  deps: FollowDeps,
): Promise<FollowedFile | null> {
  const handle = await open(path, 'r')
  try {
    const access = await accessOf(handle, path)
    const { dev: device, ino: inode } = await handle.stat({ bigint: true })
    const known = knownOf(fileKey({ device, inode }))
    const tail = known && (await resumeTail(handle, known, deps.printKey))
    if (known && tail)
      return resumedFile({ handle, access, device, inode, path: known.path }, known, tail, deps)
    if (mustResume) return await handle.close().then(() => null)
    const file = newFile({ handle, access, device, inode, path: namedAfter }, known, deps)
    if (known && known.finishedMs === null) {
      const reason = known.path === namedAfter ? 'truncated' : 'rotated'
      deps.sink.addGap(file, gapOf(namesOfPath(deps.host, known.path), reason, known.time, deps.now()))
    }
    return file
  } catch (err) {
    await handle.close()
    throw err
  }
}

/** Whether the file at a path is the one of a position, as far as its content tells. */
export async function isStillAt(path: string, known: FilePosition, printKey: string): Promise<boolean> {
  const handle = await open(path, 'r').catch(() => null)
  if (!handle) return true
  try {
    return (await resumeTail(handle, known, printKey)) !== null
  } finally {
    await handle.close()
  }
}

type Opened = Pick<FollowedFile, 'handle' | 'access' | 'device' | 'inode' | 'path'>

function newFile(opened: Opened, known: FilePosition | undefined, deps: FollowDeps): FollowedFile {
  const file: FollowedFile = {
    ...opened,
    key: fileKey(opened),
    names: namesOfPath(deps.host, opened.path),
    memory: freshMemory(),
    seen: null,
    keepsLines: true,
    changedAtMs: performance.now(),
    finishedMs: null,
    generation: known ? known.generation + 1 : 0,
    fingerprint: null,
    idOf: () => '',
    splitter: createLineSplitter(deps.lineBytesMax),
    clock: createLineClock(known?.time ?? null),
    seq: known?.seq ?? 0,
    openLine: null,
    readOffset: 0,
    readTail: noBytes,
    tails: { read: Buffer.allocUnsafeSlow(markerBytesMax), taken: Buffer.allocUnsafeSlow(markerBytesMax) },
    takenOffset: 0,
    takenBytes: noBytes,
    takenFrom: 0,
    modifiedNs: -1n,
    isInHole: known !== undefined,
    caughtUpUs: null,
    position: () => positionOf(file, deps.printKey),
    readUntilUs: () => file.caughtUpUs,
  }
  return file
}

function resumedFile(opened: Opened, known: FilePosition, tail: Buffer, deps: FollowDeps): FollowedFile {
  const file = newFile(opened, known, deps)
  const { generation, offset, openLine } = known
  Object.assign(file, {
    generation,
    openLine,
    memory: LineMemory.parse(known),
    readOffset: offset,
    takenOffset: offset,
    isInHole: false,
  })
  file.readTail = keepLast(file.tails.read, tail)
  file.takenBytes = keepLast(file.tails.taken, tail)
  file.takenFrom = offset - tail.length
  file.splitter = createLineSplitter(deps.lineBytesMax, offset)
  if (known.fingerprint.bytes > 0) recognise(file, known.fingerprint)
  return file
}

/** From its first bytes on, a life of a file has an identity, and its lines have ids. */
export function recognise(file: FollowedFile, fingerprint: Print): void {
  file.fingerprint = fingerprint
  file.idOf = createLineIds({ ...file, fingerprint })
}

/** The bytes before the position, if both they and the first bytes are what they were. */
async function resumeTail(handle: FileHandle, known: FilePosition, printKey: string): Promise<Buffer | null> {
  const { fingerprint, marker, offset } = known
  if (!isPrintOf(printKey, fingerprint, await readAt(handle, 0, fingerprint.bytes))) return null
  const tail = await readAt(handle, offset - marker.bytes, marker.bytes)
  return isPrintOf(printKey, marker, tail) ? tail : null
}

async function readAt(handle: FileHandle, offset: number, bytes: number): Promise<Buffer> {
  if (bytes === 0) return noBytes
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(bytes), 0, bytes, offset)
  return buffer.subarray(0, bytesRead)
}

/**
 * The last bytes, in memory that the file has for as long as it is open: a piece of Node's pool would keep 8 KiB with it,
 * in 500 files 8 MB, and the collector comes for them.
 */
export function keepLast(memory: Buffer, bytes: Buffer): Buffer {
  const kept = Math.min(bytes.length, memory.length)
  bytes.copy(memory, 0, bytes.length - kept)
  return kept === memory.length ? memory : memory.subarray(0, kept)
}

/** The bytes before the end of the last line that was pushed, which prove later that the file is still the same. */
export function takenTail({ takenBytes, takenFrom, takenOffset }: FollowedFile): Buffer {
  const end = takenOffset - takenFrom
  return takenBytes.subarray(Math.max(0, end - markerBytesMax), end)
}

function positionOf(file: FollowedFile, printKey: string): FilePosition {
  const { path, generation, seq, openLine, memory, finishedMs } = file
  return {
    kind: 'file',
    path,
    generation,
    fingerprint: file.fingerprint ?? printOf(printKey, noBytes),
    offset: file.takenOffset,
    marker: printOf(printKey, takenTail(file)),
    seq,
    time: file.clock.last,
    openLine,
    ...memory,
    finishedMs,
  }
}
