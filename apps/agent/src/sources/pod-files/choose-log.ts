import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { printOf } from '../../identity/file-identity.ts'
import { slackSeconds } from '../../identity/seen-lines.ts'
import { freshMemory } from '../../spool/position.ts'
import { createFileSplitter } from './container-files.ts'
import type { ContainerFiles, PodFileDeps } from './container-files.ts'
import { openLog, placeBytesMax } from './open-log.ts'
import type { LogReader } from './open-log.ts'
import { compareLogNames, orderLogs } from './pod-log-name.ts'
import type { LogName } from './pod-log-name.ts'

/** A log file as the directory shows it. */
export interface FoundLog extends LogName {
  inode: string
  size: number
  modifiedMs: number
}

/** The logs of a container, oldest first; null when its directory is gone. */
export async function findLogs(directory: string): Promise<FoundLog[] | null> {
  const names = await readdir(directory).catch((err: unknown) => {
    if (isMissing(err)) return null
    throw err
  })
  if (!names) return null
  const found = await Promise.all(orderLogs(names).map((name) => lookAt(directory, name)))
  return found.filter((log) => log !== null)
}

const looksMax = 5

/** Looks until two looks agree: while a file is renamed and another takes its name, one look may miss either. */
export async function findLogsSurely(directory: string): Promise<FoundLog[] | null> {
  let before = '-'
  for (let look = 1; ; look += 1) {
    const logs = await findLogs(directory)
    const now = logs === null ? 'gone' : logs.map(({ name, inode }) => `${name} ${inode}`).join()
    if (now === before || look === looksMax) return logs
    before = now
  }
}

async function lookAt(directory: string, log: LogName): Promise<FoundLog | null> {
  try {
    const { ino, size, mtimeMs } = await stat(join(directory, log.name), { bigint: true })
    return { ...log, inode: String(ino), size: Number(size), modifiedMs: Number(mtimeMs) }
  } catch (err) {
    // Renamed since, or a link whose target is not there yet.
    if (isMissing(err)) return null
    throw err
  }
}

export function isMissing(err: unknown): boolean {
  return err instanceof Error && 'code' in err && err.code === 'ENOENT'
}

/** The oldest log of which nothing was read; undefined when there is none for now. */
export function nextLog(files: ContainerFiles, logs: readonly FoundLog[]): FoundLog | undefined {
  const { doneThrough, reader } = files
  return logs.find(
    (log) => log.inode !== reader?.inode && (doneThrough === null || compareLogNames(log, doneThrough) > 0),
  )
}

/**
 * Opens the log in which an earlier reading stopped, wherever it is now. When it is nowhere, or another way of reading
 * left off, all logs are to be read, less what is too old.
 */
export async function locate(
  files: ContainerFiles,
  logs: readonly FoundLog[],
  buffer: Buffer,
  deps: PodFileDeps,
): Promise<void> {
  const { source } = files
  const { known } = source.resume
  source.seen.beginReading()
  files.isLocated = true
  deps.sink.register?.(source)
  // Nothing stands before the beginning of a file that would tell it from another: inodes are used again.
  if (known && known.offset > 0) {
    const reader = await findPlace(files, logs, known, buffer, deps)
    deps.fileMetrics.resumed(reader ? (reader.isCompressed ? 'compressed' : 'plain') : 'missing')
    if (reader) return
  }
  const { resumeAt, isUnproven } = source.seen
  // Until it is told what is missing, or that nothing is: else the next start, which meets newer lines, would not know.
  if (isUnproven) source.hold()
  files.skipBeforeUs = resumeAt
    ? (Math.floor(resumeAt.us / 1e6) - slackSeconds) * 1e6
    : (deps.now() - deps.lookbackMs) * 1000
  // A file that was written last before that holds nothing that is wanted.
  const skipMs = files.skipBeforeUs / 1000
  const firstWanted = logs.findIndex(({ modifiedMs }, n) => modifiedMs >= skipMs || n === logs.length - 1)
  files.doneThrough = logs[firstWanted - 1] ?? null
}

type KnownPlace = NonNullable<ContainerFiles['source']['resume']['known']>

/** First the file with the inode, then all compressed ones: a copy has another inode. */
async function findPlace(
  files: ContainerFiles,
  logs: readonly FoundLog[],
  known: KnownPlace,
  buffer: Buffer,
  deps: PodFileDeps,
): Promise<LogReader | null> {
  const copies = logs.filter(({ isCompressed }) => isCompressed)
  const candidates = [...logs.filter(({ inode }) => inode === known.inode), ...copies]
  for (const log of candidates) {
    const reader = await openFound(files, log)
    const isPlace = await reader?.seek(known, buffer, deps.printKey).catch(() => false)
    if (reader && isPlace) {
      files.doneThrough = logs[logs.indexOf(log) - 1] ?? null
      beginLog(files, reader, log, deps)
      return reader
    }
    await reader?.close()
  }
  return null
}

/**
 * What an open file is called now, or what its compressed copy is: it may have been renamed and compressed between two
 * looks. Null when it is nowhere.
 */
export async function findSelf(
  files: ContainerFiles,
  logs: readonly FoundLog[],
  { printKey }: PodFileDeps,
): Promise<FoundLog | null> {
  const { reader, around, openedAs } = files
  if (!reader) return null
  const self = logs.find(({ inode }) => inode === reader.inode)
  if (self || reader.offset === 0) return self ?? null
  const place = { offset: reader.offset, marker: printOf(printKey, around.subarray(-placeBytesMax)) }
  for (const log of logs.filter(({ isCompressed, life }) => isCompressed && life === openedAs?.life)) {
    const copy = await openFound(files, log)
    const isSelf = await copy?.seek(place, Buffer.alloc(0), printKey).catch(() => false)
    await copy?.close()
    if (isSelf) return log
  }
  return null
}

/** Opens a log; null when it is not there any more, or is another one by now. */
export async function openFound({ directory }: ContainerFiles, log: FoundLog): Promise<LogReader | null> {
  try {
    const reader = await openLog(join(directory, log.name), log.isCompressed)
    if (reader.inode === log.inode) return reader
    await reader.close()
    return null
  } catch (err) {
    if (isMissing(err)) return null
    throw err
  }
}

/** From here on this log is read. */
export function beginLog(files: ContainerFiles, reader: LogReader, log: LogName, deps: PodFileDeps): void {
  const { source, pod, openedAs } = files
  const isNewLife = openedAs !== null && openedAs.life !== log.life
  if (isNewLife) source.memory = freshMemory()
  files.reader = reader
  files.openedAs = log
  files.splitter = createFileSplitter(deps.lineBytesMax, reader.offset)
  files.around = Buffer.alloc(0)
  files.aroundFrom = reader.offset
  files.pending = null
  files.changedAtMs = performance.now()
  files.supersededAtMs = null
  files.deletedAtMs = null
  files.waiting.delete(reader.inode)
  const state = pod.containers.find(({ name }) => name === source.names.containerName)
  source.restartCount = log.life
  source.containerId = state?.restartCount === log.life ? state.containerId : null
}
