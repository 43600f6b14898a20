import type { Logger } from '@logboom/service'
import type { FilePosition, Positions } from '../../spool/position.ts'
import { isFollowed } from './find-files.ts'
import type { FoundFile } from './find-files.ts'
import { finishFile } from './follow-file.ts'
import { openFile } from './open-file.ts'
import type { FollowDeps } from './open-file.ts'
import type { FollowedFile } from './open-file.ts'

export interface WatchOptions {
  globs: readonly string[]
  excluded: readonly string[]
  pollMs: number
  /** Silence after which a file that is no longer at a followed path is let go. */
  rotatedQuietMs: number
}

/** A file that is followed, and where the last look found it. */
export interface Followed {
  file: FollowedFile
  path: string
  /** Since when it is at no path that is followed, by `performance.now()`; null while it is at one. */
  absentAtMs: number | null
}

/** What is known of the files that globs match. One loop owns it. */
export interface FileSet {
  /** In force from the next look on. */
  options: WatchOptions
  /** Set with other options: files that are no longer asked for are still open. */
  mustDeselect: boolean
  readonly deps: FollowDeps
  readonly log: Logger
  readonly followed: Map<string, Followed>
  /** Where files were left that are not open. */
  readonly left: Map<string, FilePosition>
  /** By path: files that match and cannot be read. */
  readonly unreadable: Map<string, { size: number; sinceMs: number }>
  /** When the last look began, by `performance.now()` and in milliseconds since 1970; null before the first. */
  looked: { atMs: number; wallMs: number } | null
}

export function createFileSet(
  options: WatchOptions,
  positions: Readonly<Positions>,
  deps: FollowDeps,
  log: Logger,
): FileSet {
  const left = new Map(
    Object.entries(positions).flatMap(([key, position]) =>
      position.kind === 'file' ? [[key, position]] : [],
    ),
  )
  return {
    options,
    mustDeselect: false,
    deps,
    log,
    followed: new Map(),
    left,
    unreadable: new Map(),
    looked: null,
  }
}

/** Has other files followed from the next look on. */
export function reselect(set: FileSet, options: WatchOptions): void {
  set.options = options
  set.mustDeselect = true
}

/** Closes what is no longer asked for. Where each was left stays known, should it be asked for again. */
export async function deselect(set: FileSet): Promise<void> {
  set.mustDeselect = false
  const { globs, excluded } = set.options
  const isAsked = (path: string) => isFollowed(path, globs, excluded)
  for (const { file, path } of set.followed.values()) {
    // What was rotated away lies at a path that no glob names.
    if (isAsked(path) || isAsked(file.path)) continue
    await file.handle.close()
    leave(set, file)
  }
  for (const path of set.unreadable.keys()) if (!isAsked(path)) set.unreadable.delete(path)
}

export interface FollowHow {
  /** Names the stream of a file that was found elsewhere, because it was rotated away. */
  namedAfter?: string
  mustResume?: boolean
}

/** Opens a file and follows it from where it was left. False when it cannot be, which is noted. */
export async function follow(set: FileSet, found: FoundFile, how: FollowHow = {}): Promise<boolean> {
  const { namedAfter = found.path, mustResume = false } = how
  const knownOf = (key: string) => set.left.get(key)
  try {
    const file = await openFile(found.path, { namedAfter, knownOf, mustResume }, set.deps)
    if (!file) return false
    set.unreadable.delete(found.path)
    if (set.followed.has(file.key)) {
      // The path was given to another file between the look and the opening.
      await file.handle.close()
      return true
    }
    const absentAtMs = how.namedAfter === undefined ? null : performance.now()
    set.followed.set(file.key, { file, path: found.path, absentAtMs })
    set.deps.sink.register?.(file)
    set.left.delete(file.key)
    return true
  } catch (err) {
    noteUnreadable(set, found.path, found.size, err)
    return false
  }
}

/** Lets go of a file whose end was reached; what is known of it stays, should it come back. */
export async function letGo(set: FileSet, { file }: Followed): Promise<void> {
  await finishFile(file, set.deps)
  leave(set, file)
}

/** Gives up a file that cannot be read any more, such as one on a network that went away. The next look may find it again. */
export async function abandon(set: FileSet, { file, path }: Followed, err: unknown): Promise<void> {
  noteUnreadable(set, path, file.readOffset, err)
  await file.handle.close().catch(() => undefined)
  leave(set, file)
}

function leave(set: FileSet, file: FollowedFile): void {
  set.followed.delete(file.key)
  set.left.set(file.key, file.position())
}

function noteUnreadable(set: FileSet, path: string, size: number, err: unknown): void {
  const code = err instanceof Error && 'code' in err ? String(err.code) : 'unknown'
  if (code === 'ENOENT') return
  const known = set.unreadable.get(path)
  // Told once for each file, and again only after it could be read.
  if (!known) set.log.warn('file cannot be read', { path, code })
  set.unreadable.set(path, { size, sinceMs: known?.sinceMs ?? set.deps.now() })
}
