import { freshMemory } from '../../spool/position.ts'
import { fingerprintBytesMax, markerBytesMax, printOf } from '../../identity/file-identity.ts'
import { gapOf } from '../gap-of.ts'
import { keepLast, noBytes, recognise, takenTail } from './open-file.ts'
import type { FollowDeps, FollowedFile } from './open-file.ts'
import { rawLineOf } from '../raw-line-of.ts'
import { createLineSplitter } from '../split-lines.ts'
import type { ByteLine } from '../split-lines.ts'

/**
 * Reads once, at most the size of `buffer`. Resolves with true when there may be more to read at once. `isTold`: there is
 * a notice that it has changed.
 */
export async function readTurn(
  file: FollowedFile,
  isTold: boolean,
  buffer: Buffer,
  deps: FollowDeps,
  signal: AbortSignal,
): Promise<boolean> {
  const lookedUs = deps.now() * 1000
  const overlap = file.readTail.length
  // Nearly always it has grown, which the read tells by itself.
  if (isTold && file.access.isLocal && file.fingerprint) {
    const bytesRead = await file.access.read(buffer, buffer.length, file.readOffset - overlap)
    if (bytesRead > overlap && file.readTail.equals(buffer.subarray(0, overlap))) {
      await takeBytes(file, buffer.subarray(0, bytesRead), deps, signal)
      if (bytesRead === buffer.length) return true
      if (file.takenOffset === file.readOffset) file.caughtUpUs = lookedUs
      return false
    }
  }
  const { size, modifiedNs } = await file.access.look()
  if (size === file.readOffset && modifiedNs === file.modifiedNs) {
    await takeSilent(file, lookedUs, deps)
    return false
  }
  // No further than the size that was told: files that are no files, as in /proc, have content and no size.
  const wanted = Math.max(overlap, Math.min(buffer.length, size - file.readOffset + overlap))
  const bytesRead = await file.access.read(buffer, wanted, file.readOffset - overlap)
  // Truncated, and perhaps grown again beyond where we were: the bytes before the offset are not the ones we read.
  if (size < file.readOffset || !file.readTail.equals(buffer.subarray(0, Math.min(overlap, bytesRead)))) {
    await beginNewLife(file, deps)
    return true
  }
  file.modifiedNs = modifiedNs
  if (bytesRead > overlap) await takeBytes(file, buffer.subarray(0, bytesRead), deps, signal)
  else if (size === file.readOffset) await takeSilent(file, lookedUs, deps)
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
  file.readTail = keepLast(file.tails.read, bytes)
  file.changedAtMs = performance.now()
  const read = { lines: 0, bytes: 0 }
  for (const line of file.splitter.write(file.isInHole ? leaveHole(file, chunk, deps) : chunk)) {
    file.takenBytes = bytes
    file.takenFrom = start
    const wait = takeLine(file, line, nowMs, deps, read)
    if (wait) await wait
    if (signal.aborted) break
  }
  deps.metrics.read(read.lines, read.bytes)
  keepTail(file)
}

/** The memory of a chunk is that of the next one. */
function keepTail(file: FollowedFile): void {
  file.takenBytes = keepLast(file.tails.taken, takenTail(file))
  file.takenFrom = file.takenOffset - file.takenBytes.length
}

/** What follows the hole at the beginning of a chunk; empty when the chunk has no end of it. */
function leaveHole(file: FollowedFile, chunk: Buffer, deps: FollowDeps): Buffer {
  const end = chunk.findIndex((byte) => byte !== 0)
  const holeBytes = end < 0 ? chunk.length : end
  file.isInHole = end < 0
  file.takenOffset = file.readOffset - chunk.length + holeBytes
  file.takenBytes = Buffer.alloc(Math.min(markerBytesMax, file.takenOffset))
  file.takenFrom = file.takenOffset - file.takenBytes.length
  file.splitter = createLineSplitter(deps.lineBytesMax, file.takenOffset)
  deps.sink.touch(file)
  return chunk.subarray(holeBytes)
}

/** `file.takenBytes` holds the bytes before the end of the line. */
function takeLine(
  file: FollowedFile,
  line: ByteLine,
  nowMs: number,
  { sink }: FollowDeps,
  read: { lines: number; bytes: number },
): Promise<void> | undefined {
  file.takenOffset = line.end
  const raw = rawLineOf(file, file, line, nowMs)
  if (!raw) {
    sink.touch(file)
    return undefined
  }
  read.lines += 1
  read.bytes += line.bytes.length
  return sink.push(raw)
}

async function takeSilent(file: FollowedFile, lookedUs: number, deps: FollowDeps): Promise<void> {
  await takeSilentPartial(file, deps)
  if (file.takenOffset === file.readOffset) file.caughtUpUs = lookedUs
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
  file.takenBytes = keepLast(file.tails.taken, file.readTail)
  file.takenFrom = file.readOffset - file.readTail.length
  const read = { lines: 0, bytes: 0 }
  await takeLine(file, line, deps.now(), deps, read)
  deps.metrics.read(read.lines, read.bytes)
}

/** The same inode, other content. What was written between our last look and the truncation is gone. */
async function beginNewLife(file: FollowedFile, deps: FollowDeps): Promise<void> {
  await takePartial(file, deps, { whole: true })
  const gap = gapOf(file.names, 'truncated', file.clock.last, deps.now())
  file.generation += 1
  file.fingerprint = null
  file.openLine = null
  file.memory = freshMemory()
  file.readOffset = file.takenOffset = 0
  file.readTail = file.takenBytes = noBytes
  file.takenFrom = 0
  file.modifiedNs = -1n
  file.isInHole = true
  file.splitter = createLineSplitter(deps.lineBytesMax)
  deps.sink.addGap(file, gap)
}
