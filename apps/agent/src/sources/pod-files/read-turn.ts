import { stat } from 'node:fs/promises'
import { gapOf } from '../gap-of.ts'
import { createFileSplitter } from './container-files.ts'
import type { ContainerFiles, PodFileDeps } from './container-files.ts'
import { beginLog, findLogs, findLogsSurely, findSelf, locate, nextLog, openFound } from './choose-log.ts'
import { takeBytes, takeOpenLines, takeRest } from './take-lines.ts'
import { tellLost } from './watch-waiting.ts'

/**
 * Reads once of the files of a container, at most the size of `buffer`. Resolves with true when there may be more to
 * read at once. `isDue` when it is time to look at what the directory has.
 */
export async function readTurn(
  files: ContainerFiles,
  isDue: boolean,
  buffer: Buffer,
  deps: PodFileDeps,
  signal: AbortSignal,
): Promise<boolean> {
  tellLost(files, deps)
  if (files.givenUpBytes !== null) return tellGivenUp(files, deps)
  if (!files.reader) return isDue && openNext(files, buffer, deps)
  const bytes = await readBytes(files, buffer, deps)
  if (bytes === 'truncated') {
    await beginAnew(files, deps)
    return true
  }
  if (bytes) {
    await takeBytes(files, bytes, deps, signal)
    return !signal.aborted
  }
  const silentMs = performance.now() - files.changedAtMs
  if (files.joiner.openCount > 0 && silentMs >= deps.partialMs) await takeOpenLines(files, deps)
  if (files.reader.isCompressed) return finishLog(files, deps)
  return isDue && moveOn(files, deps)
}

async function readBytes(files: ContainerFiles, buffer: Buffer, deps: PodFileDeps) {
  const { reader, source } = files
  if (!reader) return null
  const lookedUs = deps.now() * 1000
  try {
    const bytes = await reader.read(buffer)
    if (bytes === null && files.splitter.partialBytes === 0) source.readThroughUs = lookedUs
    return bytes
  } catch (err) {
    if (!reader.isCompressed) throw err
    // A damaged copy has no more to give.
    deps.sink.addGap(source, gapOf(source.names, 'unreadable', source.seen.resumeAt, deps.now()))
    return null
  }
}

async function openNext(files: ContainerFiles, buffer: Buffer, deps: PodFileDeps): Promise<boolean> {
  const logs = await findLogsSurely(files.directory)
  if (!logs) {
    // Before its first line a container has none.
    files.isRemoved ||= files.isLocated
    return false
  }
  if (!files.isLocated) {
    if (logs.length === 0) return false
    await locate(files, logs, buffer, deps)
    if (files.reader) return true
  }
  const next = nextLog(files, logs)
  const reader = next && (await openFound(files, next))
  if (reader) beginLog(files, reader, next, deps)
  return reader !== undefined && reader !== null
}

/** The end of an open file was reached: whether another one is written now, and nothing more will come to this one. */
async function moveOn(files: ContainerFiles, deps: PodFileDeps): Promise<boolean> {
  const { reader, openedAs } = files
  if (!reader || !openedAs) return false
  const modifiedNs = await modifiedNsOf(files.directory)
  if (modifiedNs !== null && modifiedNs === files.currentSinceNs && !files.isRemoved) {
    noteDone(files, deps)
    return false
  }
  const logs = await findLogs(files.directory)
  const self = logs?.find(({ inode }) => inode === reader.inode)
  if (self) files.openedAs = self
  const isCurrent = self?.rotated === null && !logs?.some(({ life }) => life > self.life)
  files.currentSinceNs = isCurrent && isPast(modifiedNs, deps) ? modifiedNs : null
  if (isCurrent) {
    files.supersededAtMs = null
    files.skipBeforeUs = null
    noteDone(files, deps)
    // A pod that is gone writes no more, though its directory may stay for a while.
    return files.isRemoved && (await isQuiet(files, deps)) ? finishLog(files, deps) : false
  }
  files.supersededAtMs ??= performance.now()
  if (!logs) files.isRemoved = true
  // Renamed, and nothing in its place: the runtime may not take to a new file, and it may be renamed back.
  const hasNext = logs !== null && nextLog(files, logs) !== undefined
  const isHeld = performance.now() - files.supersededAtMs < deps.deletedMs || !(await reader.look()).isDeleted
  if (!hasNext && !files.isRemoved && isHeld) return false
  return (await isQuiet(files, deps)) ? finishLog(files, deps) : false
}

/** Any name that comes, goes or changes is a change of the directory: one look at it saves one at each of its files. */
async function modifiedNsOf(directory: string): Promise<bigint | null> {
  return stat(directory, { bigint: true }).then(
    ({ mtimeNs }) => mtimeNs,
    () => null,
  )
}

/** Within a tick of the file system's clock, which may be seconds, a further change would look like this one. */
function isPast(modifiedNs: bigint | null, { now }: PodFileDeps): boolean {
  return modifiedNs !== null && now() - Number(modifiedNs / 1_000_000n) >= clockTickMs
}

const clockTickMs = 2_000

/** Silence since it was superseded, or long before: its writer has let go of it. */
async function isQuiet(files: ContainerFiles, { quietMs, now }: PodFileDeps): Promise<boolean> {
  const { reader, changedAtMs, supersededAtMs } = files
  const silentMs = performance.now() - Math.max(changedAtMs, supersededAtMs ?? changedAtMs)
  if (silentMs >= quietMs) return true
  const look = await reader?.look()
  return look !== undefined && now() - look.modifiedMs >= quietMs + changedSlackMs
}

/** A rename changes no time of the file: whoever renamed it just now may still write. */
const changedSlackMs = 10_000

/** All of a file was read, and nothing more will come to it. */
async function finishLog(files: ContainerFiles, deps: PodFileDeps): Promise<boolean> {
  const { reader, openedAs } = files
  await takeRest(files, deps)
  const logs = await findLogsSurely(files.directory)
  // What was removed is not met again, whatever it was called last.
  const self = logs && (await findSelf(files, logs, deps))
  files.doneThrough = self ?? (openedAs?.rotated ? openedAs : files.doneThrough)
  const next = logs && nextLog(files, logs)
  // The rest of a line may stand in the next file of the same life, and nowhere else.
  if (files.joiner.openCount > 0 && next?.life !== openedAs?.life) await takeOpenLines(files, deps)
  await reader?.close()
  files.reader = null
  files.currentSinceNs = null
  return true
}

/** The same file, other content: what was written between the last look and the truncation is gone. */
async function beginAnew(files: ContainerFiles, deps: PodFileDeps): Promise<void> {
  const { source, reader, openedAs } = files
  await takeRest(files, deps)
  if (files.joiner.openCount > 0) await takeOpenLines(files, deps)
  deps.sink.addGap(source, gapOf(source.names, 'truncated', source.seen.resumeAt, deps.now()))
  source.seen.beginReading({ isNewLog: true })
  source.release()
  source.resume.marks = []
  source.resume.known = null
  await reader?.close()
  files.reader = null
  files.currentSinceNs = null
  if (!openedAs) return
  const log = (await findLogs(files.directory))?.find(({ inode }) => inode === reader?.inode)
  const again = log && (await openFound(files, log))
  if (again) beginLog(files, again, log, deps)
  files.splitter = createFileSplitter(deps.lineBytesMax, 0)
}

/** The container has ended for good, and its last file was read to its end. */
function noteDone({ pod, source, joiner, splitter, openedAs }: ContainerFiles, deps: PodFileDeps): void {
  const state = pod.containers.find(({ name }) => name === source.names.containerName)
  const isOver = state?.phase === 'terminated' && !state.mayRestart && state.restartCount === openedAs?.life
  if (!isOver || source.isDone || joiner.openCount > 0 || splitter.partialBytes > 0) return
  source.isDone = true
  deps.sink.touch(source)
}

/** There was no room for its lines for so long after it was deleted that it was closed, to give the disk its space back. */
function tellGivenUp(files: ContainerFiles, deps: PodFileDeps): boolean {
  const { source, givenUpBytes } = files
  const gap = gapOf(source.names, 'unreadable', source.seen.resumeAt, deps.now(), givenUpBytes ?? 0)
  deps.sink.addGap(source, gap)
  files.givenUpBytes = null
  files.reader = null
  return true
}
