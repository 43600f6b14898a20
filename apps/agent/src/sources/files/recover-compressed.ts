import { open } from 'node:fs/promises'
import { createLineIds, markerBytesMax, printOf } from '../../identity/file-identity.ts'
import { freshMemory, LineMemory } from '../../spool/position.ts'
import type { FilePosition } from '../../spool/position.ts'
import { gapOf } from '../gap-of.ts'
import { createLineClock } from '../line-clock.ts'
import { readCompressedLog } from '../pod-files/read-compressed-log.ts'
import type { LineState } from '../raw-line-of.ts'
import { rawLineOf } from '../raw-line-of.ts'
import type { Source } from '../raw-line.ts'
import { createLineSplitter } from '../split-lines.ts'
import type { ByteLine } from '../split-lines.ts'
import type { FileSet } from './file-set.ts'
import { findCompressed, fingerprintOf } from './find-compressed.ts'
import type { CompressedFile } from './find-compressed.ts'
import { findRotatedAndCompressed } from './find-files.ts'
import type { FoundFile } from './find-files.ts'
import { namesOfPath } from './names-of-path.ts'

/** The clock of a file system ticks more coarsely than ours. */
const clockSlackMs = 50

/**
 * After a start: reads on in a file that was rotated away and compressed, and in those that came after it and were
 * compressed, too. Its lines keep the ids that they would have had. False when the file is nowhere.
 */
export async function recoverCompressed(
  set: FileSet,
  key: string,
  position: FilePosition,
  signal: AbortSignal,
): Promise<boolean> {
  const files = await findRotatedAndCompressed(position.path)
  // What nobody has seen was written after our last line; what was read late may be older.
  const sinceMs = position.time ? Math.floor(position.time.us / 1000) - clockSlackMs : Infinity
  const young = files.filter(({ modifiedMs }) => modifiedMs >= sinceMs)
  const old = files.filter(({ modifiedMs }) => modifiedMs < sinceMs)
  const file = await findCompressed([...young, ...old], position, set.deps.printKey)
  if (file) await readOn(set, key, position, file, signal)
  const fromMs = file ? file.found.modifiedMs : sinceMs
  const later = files.filter((found) => found !== file?.found && found.modifiedMs >= fromMs)
  for (const found of later) if (!signal.aborted) await readUnknown(set, position.path, found, signal)
  return file !== undefined
}

/** One that came and went unseen, unless it is known: read before it was compressed, or compressed and read already. */
async function readUnknown(set: FileSet, path: string, found: FoundFile, signal: AbortSignal): Promise<void> {
  const { printKey } = set.deps
  const fingerprint = await fingerprintOf(found, printKey)
  if (!fingerprint) return
  for (const position of set.left.values()) {
    if (position.path !== path) continue
    const known = await findCompressed([found], position, printKey)
    await known?.reader.close()
    if (known) return
  }
  const fresh: FilePosition = {
    kind: 'file',
    path,
    generation: set.left.has(found.key) ? (set.left.get(found.key)?.generation ?? 0) + 1 : 0,
    fingerprint,
    offset: 0,
    marker: printOf(printKey, Buffer.alloc(0)),
    seq: 0,
    time: null,
    openLine: null,
    ...freshMemory(),
    finishedMs: null,
  }
  const reader = readCompressedLog(await open(found.path, 'r'))
  await readOn(set, found.key, fresh, { found, reader }, signal)
}

/** What is read, as a source: by its old key, so that a later start goes on from here. */
interface Reading extends Source, LineState {
  position(): FilePosition
  takenOffset: number
  around: Buffer
  aroundFrom: number
  finishedMs: number | null
}

async function readOn(
  set: FileSet,
  key: string,
  position: FilePosition,
  { found, reader }: CompressedFile,
  signal: AbortSignal,
): Promise<void> {
  const { deps } = set
  const reading = beginReading(set, key, position)
  const splitter = createLineSplitter(deps.lineBytesMax, position.offset)
  try {
    for (
      let next = await reader.read(noBytes);
      next && next !== 'truncated';
      next = await reader.read(noBytes)
    ) {
      reading.around = next.bytes
      reading.aroundFrom = reader.offset - next.bytes.length
      for (const line of splitter.write(next.bytes.subarray(next.knownBytes))) {
        await takeLine(set, reading, line)
        if (signal.aborted) return
      }
    }
    const rest = splitter.takePartial({ whole: true })
    if (rest) await takeLine(set, reading, rest)
  } catch (err) {
    set.log.warn('a compressed file is damaged, a gap tells of its rest', { path: found.path, err })
    deps.sink.addGap(reading, gapOf(reading.names, 'unreadable', reading.clock.last, deps.now()))
  } finally {
    await reader.close()
    if (!signal.aborted) reading.finishedMs = Math.floor(found.modifiedMs)
    deps.sink.touch(reading)
    set.left.set(key, reading.position())
  }
}

const noBytes = Buffer.alloc(0)

async function takeLine({ deps }: FileSet, reading: Reading, line: ByteLine): Promise<void> {
  reading.takenOffset = line.end
  const raw = rawLineOf(reading, reading, line, deps.now())
  if (!raw) return
  deps.metrics.read(1, line.bytes.length)
  await deps.sink.push(raw)
}

function beginReading({ deps }: FileSet, key: string, position: FilePosition): Reading {
  const [device = '0', inode = '0'] = key.split(':')
  const { path, generation, fingerprint, offset, seq, openLine, time } = position
  const reading: Reading = {
    key,
    names: namesOfPath(deps.host, path),
    memory: LineMemory.parse(position),
    seen: null,
    clock: createLineClock(time),
    seq,
    openLine,
    idOf: createLineIds({ device: BigInt(device), inode: BigInt(inode), generation, fingerprint }),
    takenOffset: offset,
    around: noBytes,
    aroundFrom: offset,
    finishedMs: null,
    readUntilUs: () => null,
    position() {
      const end = reading.takenOffset - reading.aroundFrom
      const isMoved = reading.takenOffset !== offset
      const before = reading.around.subarray(Math.max(0, end - markerBytesMax), end)
      return {
        ...position,
        ...reading.memory,
        offset: reading.takenOffset,
        marker: isMoved ? printOf(deps.printKey, before) : position.marker,
        seq: reading.seq,
        time: reading.clock.last,
        openLine: reading.openLine,
        finishedMs: reading.finishedMs,
      }
    },
  }
  return reading
}
