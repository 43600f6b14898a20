import { fingerprintBytesMax, markerBytesMax, printOf } from '../identity/file-identity.ts'
import { gapOf } from './gap-of.ts'
import { noBytes, recognise } from './open-file.ts'
import type { FollowDeps, FollowedFile } from './open-file.ts'
import { rawLineOf } from './raw-line-of.ts'
import { createLineSplitter } from './split-lines.ts'
import type { ByteLine } from './split-lines.ts'

/** Reads once, at most the size of `buffer`. Resolves with true when there may be more to read at once. */
export async function readTurn(
  file: FollowedFile,
  buffer: Buffer,
  deps: FollowDeps,
  signal: AbortSignal,
): Promise<boolean> {
  const { size, mtimeNs } = await file.handle.stat({ bigint: true })
  if (Number(size) === file.readOffset && mtimeNs === file.modifiedNs) {
    await takeSilentPartial(file, deps)
    return false
  }
  const overlap = file.readTail.length
  // No further than the size that was told: files that are no files, as in /proc, have content and no size.
  const wanted = Math.max(overlap, Math.min(buffer.length, Number(size) - file.readOffset + overlap))
  const { bytesRead } = await file.handle.read(buffer, 0, wanted, file.readOffset - overlap)
  // Truncated, and perhaps grown again beyond where we were: the bytes before the offset are not the ones we read.
  if (
    Number(size) < file.readOffset ||
    !file.readTail.equals(buffer.subarray(0, Math.min(overlap, bytesRead)))
  ) {
    await beginNewLife(file, deps)
    return true
  }
  file.modifiedNs = mtimeNs
  if (bytesRead > overlap) await takeBytes(file, buffer.subarray(0, bytesRead), deps, signal)
  return bytesRead === buffer.length
}

/** Takes what is left of a file that is gone, and lets it go. */
export async function finishFile(file: FollowedFile, deps: FollowDeps): Promise<void> {
  await takePartial(file, deps, { whole: true })
  file.finishedMs = deps.now()
  deps.sink.touch(file)
  await file.handle.close()
}

/** `bytes` begins with the tail that was read before. */
async function takeBytes(
  file: FollowedFile,
  bytes: Buffer,
  deps: FollowDeps,
  signal: AbortSignal,
): Promise<void> {
  const chunk = bytes.subarray(file.readTail.length)
  const start = file.readOffset - file.readTail.length
  const nowMs = deps.now()
  if (!file.fingerprint) recognise(file, printOf(deps.printKey, chunk.subarray(0, fingerprintBytesMax)))
  file.readOffset += chunk.length
  file.readTail = Buffer.from(bytes.subarray(-markerBytesMax))
  file.changedAtMs = performance.now()
  for (const line of file.splitter.write(file.isInHole ? leaveHole(file, chunk, deps) : chunk)) {
    const wait = takeLine(file, line, bytes.subarray(0, line.end - start), nowMs, deps)
    if (wait) await wait
    if (signal.aborted) return
  }
}

/** What follows the hole at the beginning of a chunk; empty when the chunk has no end of it. */
function leaveHole(file: FollowedFile, chunk: Buffer, deps: FollowDeps): Buffer {
  const end = chunk.findIndex((byte) => byte !== 0)
  const holeBytes = end < 0 ? chunk.length : end
  file.isInHole = end < 0
  file.takenOffset = file.readOffset - chunk.length + holeBytes
  file.takenTail = Buffer.alloc(Math.min(markerBytesMax, file.takenOffset))
  file.splitter = createLineSplitter(deps.lineBytesMax, file.takenOffset)
  deps.sink.touch(file)
  return chunk.subarray(holeBytes)
}

function takeLine(
  file: FollowedFile,
  line: ByteLine,
  before: Buffer,
  nowMs: number,
  { sink, metrics }: FollowDeps,
): Promise<void> | undefined {
  file.takenOffset = line.end
  // Into the same memory each time: a buffer for every line would be most of the garbage.
  const tail = before.subarray(-markerBytesMax)
  file.takenTail = file.takenMemory.subarray(0, tail.copy(file.takenMemory))
  const raw = rawLineOf(file, file, line, nowMs)
  if (!raw) {
    sink.touch(file)
    return undefined
  }
  metrics.read(1, line.bytes.length)
  return sink.push(raw)
}

async function takeSilentPartial(file: FollowedFile, deps: FollowDeps): Promise<void> {
  if (file.splitter.partialBytes === 0) return
  const silentMs = performance.now() - file.changedAtMs
  // Half a character is waited for once more, then it is taken for what it is.
  if (silentMs >= deps.partialMs) await takePartial(file, deps, { whole: silentMs >= 2 * deps.partialMs })
}

async function takePartial(file: FollowedFile, deps: FollowDeps, how: { whole: boolean }): Promise<void> {
  const line = file.splitter.takePartial(how)
  if (!line) return
  const before = file.readTail.subarray(0, file.readTail.length - (file.readOffset - line.end))
  await takeLine(file, line, before, deps.now(), deps)
}

/** The same inode, other content. What was written between our last look and the truncation is gone. */
async function beginNewLife(file: FollowedFile, deps: FollowDeps): Promise<void> {
  await takePartial(file, deps, { whole: true })
  const gap = gapOf(file.names, 'truncated', file.clock.last, deps.now())
  file.generation += 1
  file.fingerprint = null
  file.openLine = null
  file.insideKey = false
  file.readOffset = file.takenOffset = 0
  file.readTail = file.takenTail = noBytes
  file.modifiedNs = -1n
  file.isInHole = true
  file.splitter = createLineSplitter(deps.lineBytesMax)
  deps.sink.addGap(file, gap)
}
