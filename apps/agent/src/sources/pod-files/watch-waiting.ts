import { gapOf } from '../gap-of.ts'
import { findLogsSurely } from './choose-log.ts'
import type { FoundLog } from './choose-log.ts'
import type { ContainerFiles, PodFileDeps } from './container-files.ts'
import { compareLogNames } from './pod-log-name.ts'

/**
 * Beside the loop that reads, which may wait for room for hours: what the files are doing meanwhile. A deleted one takes
 * its space on the disk as long as it is open, and those that wait for their turn may be removed before it comes.
 */
export async function watchWaiting(files: ContainerFiles, deps: PodFileDeps): Promise<void> {
  await releaseDeleted(files, deps)
  // Whoever is at the end of the file that is written has none waiting.
  const isAtEnd = files.supersededAtMs === null && deps.now() * 1000 - (files.source.readThroughUs ?? 0) < 2e6
  if (files.reader && !isAtEnd) noteWaiting(files, await findLogsSurely(files.directory))
}

async function releaseDeleted(files: ContainerFiles, deps: PodFileDeps): Promise<void> {
  const { reader } = files
  const look = await reader?.look().catch(() => null)
  if (!reader || !look?.isDeleted || files.reader !== reader) return
  const nowMs = performance.now()
  files.deletedAtMs ??= nowMs
  if (nowMs - files.deletedAtMs < deps.deletedMs || look.size <= reader.offset) return
  files.givenUpBytes = look.size - reader.offset
  deps.fileMetrics.released()
  await reader.close().catch(() => undefined)
}

function noteWaiting(files: ContainerFiles, logs: readonly FoundLog[] | null): void {
  const { reader, openedAs, waiting } = files
  if (!logs || !reader || !openedAs) return
  const self = logs.find(({ inode }) => inode === reader.inode) ?? openedAs
  files.openedAs = self
  const later = logs.filter((log) => log.inode !== reader.inode && compareLogNames(log, self) > 0)
  for (const log of waiting.values())
    if (!isThere(log, logs)) files.lostBytes = (files.lostBytes ?? 0) + log.size
  files.waiting = new Map(later.map((log) => [log.inode, log]))
}

/** By its inode, or as a copy that was compressed. */
function isThere({ inode, life, rotated }: FoundLog, logs: readonly FoundLog[]): boolean {
  return logs.some(
    (log) => log.inode === inode || (log.life === life && rotated !== null && log.rotated === rotated),
  )
}

/** Files that waited for their turn are gone. */
export function tellLost(files: ContainerFiles, deps: PodFileDeps): void {
  const { source, lostBytes } = files
  if (lostBytes === null) return
  files.lostBytes = null
  deps.sink.addGap(source, gapOf(source.names, 'rotated', source.seen.resumeAt, deps.now(), lostBytes))
}
