import { dirname, resolve } from 'node:path'
import { abandon, deselect, follow, letGo } from './file-set.ts'
import type { FileSet, Followed } from './file-set.ts'
import { findFiles } from './find-files.ts'
import type { FoundFile } from './find-files.ts'
import { readTurn } from './follow-file.ts'
import { followRotated, recoverAbsent, tellVanished } from './recover-absent.ts'
import { noNotice, watchDirectories } from './watch-directories.ts'
import type { DirectoryWatch, Notice } from './watch-directories.ts'

/** Of one file and one read: files take turns, so that a large one starves nobody. */
const turnBytes = 262_144

/** How often names are looked at while they keep changing: a busy directory sends a notice for every temporary file. */
const renamedMs = 100

/**
 * Follows all files that match, until `signal` is aborted: those that are there, those that come later, and those that
 * were rotated away until they are read to their end. One loop reads them all, so that a full sink stops all.
 */
export async function watchGlobs(set: FileSet, signal: AbortSignal): Promise<void> {
  const watch = watchDirectories()
  const buffer = Buffer.allocUnsafeSlow(turnBytes)
  try {
    let notice: Notice = noNotice
    while (!signal.aborted) {
      const { pollMs } = set.options
      const sinceMs = set.looked ? performance.now() - set.looked.atMs : Infinity
      const isDue = sinceMs >= (notice.renamed ? Math.min(renamedMs, pollMs) : pollMs)
      if (isDue) await look(set, watch, signal)
      const hasMore = await readAll(set, isDue ? null : notice.changed, buffer, signal)
      const mustLook = notice.renamed && !isDue
      notice = await watch.next(hasMore ? 0 : mustLook ? renamedMs : pollMs, signal)
      if (mustLook) notice = { ...notice, renamed: true }
    }
  } finally {
    watch.close()
    for (const { file } of set.followed.values()) await file.handle.close().catch(() => undefined)
  }
}

/** Compares what is there with what is followed. */
async function look(set: FileSet, watch: DirectoryWatch, signal: AbortSignal): Promise<void> {
  const now = { atMs: performance.now(), wallMs: set.deps.now() }
  if (set.mustDeselect) await deselect(set)
  const { globs, excluded } = set.options
  const found = await findFiles(globs, excluded, localPaths(set))
  if (set.looked) await noteAbsent(set, found, set.looked.wallMs)
  else await recoverAbsent(set, found, signal)
  if (signal.aborted) return
  set.looked = now
  for (const file of found) if (isNews(set, file)) await follow(set, file)
  tellVanished(set, found)
  const paths = [...set.followed.values()].map(({ path }) => dirname(path))
  watch.watch(new Set([...globs.map(directoryOf), ...paths]))
}

function localPaths({ followed }: FileSet): Set<string> {
  const paths = new Set<string>()
  for (const { file, path } of followed.values()) if (file.access.isLocal) paths.add(path)
  return paths
}

async function noteAbsent(set: FileSet, found: readonly FoundFile[], lastWallMs: number): Promise<void> {
  const pathOf = new Map(found.map(({ key, path }) => [key, path]))
  for (const followed of set.followed.values()) {
    const path = pathOf.get(followed.file.key)
    if (path !== undefined) {
      followed.path = path
      followed.absentAtMs = null
    } else if (followed.absentAtMs === null) {
      followed.absentAtMs = performance.now()
      await followRotated(set, followed.path, lastWallMs)
    }
  }
}

/** The clock of a file system ticks more coarsely than ours: what is written now may look older than our last look. */
const clockSlackMs = 50

/** A file that was read to its end and let go stays closed until it changes, or until its inode is another file's. */
function isNews({ followed, left }: FileSet, { key, size, modifiedMs }: FoundFile): boolean {
  if (followed.has(key)) return false
  const known = left.get(key)
  if (!known || known.finishedMs === null) return true
  return known.offset !== size || modifiedMs >= known.finishedMs - clockSlackMs
}

/** Reads what changed, or all (`null`). Resolves with true when there is more to read at once. */
async function readAll(
  set: FileSet,
  changed: ReadonlySet<string> | null,
  buffer: Buffer,
  signal: AbortSignal,
): Promise<boolean> {
  const untilMs = performance.now() + set.options.pollMs
  let busy = [...set.followed.values()].filter(
    ({ path, absentAtMs }) => changed === null || absentAtMs !== null || changed.has(path),
  )
  while (busy.length > 0 && performance.now() <= untilMs) {
    const more: Followed[] = []
    for (const followed of busy) {
      if (await readOne(set, followed, changed !== null, buffer, signal)) more.push(followed)
      if (signal.aborted) return false
    }
    busy = more
  }
  return busy.length > 0
}

async function readOne(
  set: FileSet,
  followed: Followed,
  isTold: boolean,
  buffer: Buffer,
  signal: AbortSignal,
): Promise<boolean> {
  const { file } = followed
  try {
    if (await readTurn(file, isTold, buffer, set.deps, signal)) return true
  } catch (err) {
    await abandon(set, followed, err)
    return false
  }
  const { absentAtMs } = followed
  if (absentAtMs === null || signal.aborted) return false
  const silentMs = performance.now() - Math.max(absentAtMs, file.changedAtMs)
  if (silentMs >= set.options.rotatedQuietMs) await letGo(set, followed)
  return false
}

/** The directory in which the matches of a glob, or the first of its wild parts, will appear. */
function directoryOf(glob: string): string {
  const path = resolve(glob)
  const wild = path.search(/[*?[{(!]/)
  return dirname(wild < 0 ? path : `${path.slice(0, wild)}x`)
}
