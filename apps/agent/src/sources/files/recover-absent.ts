import { dirname } from 'node:path'
import { freshMemory } from '../../spool/position.ts'
import type { FilePosition } from '../../spool/position.ts'
import type { FileSet } from './file-set.ts'
import { follow } from './file-set.ts'
import { findByKey, findRotated, isFollowed } from './find-files.ts'
import type { FoundFile } from './find-files.ts'
import { gapOf } from '../gap-of.ts'
import { isStillAt } from './open-file.ts'
import { recoverCompressed } from './recover-compressed.ts'
import { namesOfPath } from './names-of-path.ts'
import type { Source } from '../raw-line.ts'

/** The clock of a file system ticks more coarsely than ours. */
const clockSlackMs = 50

/**
 * After a start: finds the files that were not read to their end and are no longer at their paths. What a rotation
 * renamed is read on, also what came and went in between; what is gone leaves a gap.
 */
export async function recoverAbsent(
  set: FileSet,
  found: readonly FoundFile[],
  signal: AbortSignal,
): Promise<void> {
  const present = new Map(found.map(({ key, path }) => [key, path]))
  // Others are added while these are recovered, and some of these are followed before their turn.
  const left = Array.from(set.left)
  for (const [key, position] of left) {
    const isOurs = isFollowed(position.path, set.options.globs, set.options.excluded)
    if (position.finishedMs !== null || !isOurs || signal.aborted || set.left.get(key) !== position) continue
    const path = present.get(key)
    if (path !== undefined) await recoverReplaced(set, key, position, path, signal)
    else await recoverGone(set, key, position, found, signal)
  }
}

async function recoverGone(
  set: FileSet,
  key: string,
  position: FilePosition,
  found: readonly FoundFile[],
  signal: AbortSignal,
): Promise<void> {
  if (adoptFromOtherDevice(set, key, position, found)) return
  const isRead =
    (await followMoved(set, key, position)) || (await recoverCompressed(set, key, position, signal))
  if (signal.aborted) return
  if (!isRead) giveUp(set, key, position)
  if (position.time) await followRotated(set, position.path, Math.floor(position.time.us / 1000))
}

/** File systems give the inode of a removed file to the next one: what was ours may lie compressed beside it. */
async function recoverReplaced(
  set: FileSet,
  key: string,
  position: FilePosition,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  if (await isStillAt(path, position, set.deps.printKey)) return
  await recoverCompressed(set, key, position, signal)
  if (position.time) await followRotated(set, position.path, Math.floor(position.time.us / 1000))
}

const triesMax = 3

/** A rotation may go on while we look: between finding a file and opening it, it may get its next name. */
async function followMoved(set: FileSet, key: string, position: FilePosition): Promise<boolean> {
  for (let attempt = 0; attempt < triesMax; attempt += 1) {
    const moved = await findByKey(dirname(position.path), key)
    if (moved && (await follow(set, moved, { namedAfter: position.path, mustResume: true }))) return true
  }
  return false
}

/** Files next to `path` that were at it for a while since `sinceMs`, unseen: a log may rotate twice between two looks. */
export async function followRotated(set: FileSet, path: string, sinceMs: number): Promise<void> {
  for (let attempt = 0; attempt < triesMax; attempt += 1) {
    const files = await findRotated(path, sinceMs - clockSlackMs)
    const unknown = files.filter(({ key }) => !set.followed.has(key) && !set.left.has(key))
    if (unknown.length === 0) return
    for (const file of unknown) await follow(set, file, { namedAfter: path })
  }
}

/** A file that nobody could read is gone: what it held was never seen. */
export function tellVanished(set: FileSet, found: readonly FoundFile[]): void {
  const paths = new Set(found.map(({ path }) => path))
  for (const [path, { size, sinceMs }] of set.unreadable) {
    if (paths.has(path)) continue
    set.unreadable.delete(path)
    const source = goneSource(set, `unreadable:${path}`, path, null)
    set.deps.sink.addGap(
      source,
      gapOf(source.names, 'unreadable', { us: sinceMs * 1000, ns: 0 }, set.deps.now(), size),
    )
  }
}

/** Device numbers change with a reboot or a remount; the same inode at the same path is then looked at as the same file. */
function adoptFromOtherDevice(
  set: FileSet,
  key: string,
  position: FilePosition,
  found: readonly FoundFile[],
): boolean {
  const inode = key.split(':')[1]
  const same = found.find((file) => file.path === position.path && file.key.split(':')[1] === inode)
  if (!same || set.left.has(same.key)) return false
  set.left.set(same.key, position)
  finish(set, key, position)
  return true
}

function giveUp(set: FileSet, key: string, position: FilePosition): void {
  const source = finish(set, key, position)
  set.deps.sink.addGap(source, gapOf(source.names, 'rotated', position.time, set.deps.now()))
}

function finish(set: FileSet, key: string, position: FilePosition): Source {
  const finished = { ...position, finishedMs: set.deps.now() }
  set.left.set(key, finished)
  const source = goneSource(set, key, position.path, finished)
  set.deps.sink.touch(source)
  return source
}

function goneSource({ deps }: FileSet, key: string, path: string, position: FilePosition | null): Source {
  return {
    key,
    names: namesOfPath(deps.host, path),
    memory: freshMemory(),
    seen: null,
    position: () => position,
    readUntilUs: () => null,
  }
}
