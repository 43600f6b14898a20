import { statSync } from 'node:fs'
import type { BigIntStats } from 'node:fs'
import { glob, readdir, stat } from 'node:fs/promises'
import { basename, dirname, join, matchesGlob, resolve } from 'node:path'
import { fileKey } from '../../identity/file-identity.ts'

export interface FoundFile {
  path: string
  key: string
  size: number
  modifiedMs: number
}

/**
 * The files that the globs match now, each once however many names it has; the longest unchanged first. Those that are
 * `known` to be of a local file system are looked at without the thread pool: 500 take 2 ms then, and not 16.
 */
export async function findFiles(
  globs: readonly string[],
  excluded: readonly string[],
  known: ReadonlySet<string> = new Set(),
): Promise<FoundFile[]> {
  const found = new Map<string, FoundFile>()
  const add = (file: FoundFile | undefined) => {
    if (file && !found.has(file.key) && !isExcluded(file.path, excluded)) found.set(file.key, file)
  }
  for (const pattern of globs.map((glob) => resolve(glob))) {
    // A path of an existing file means that file, also when it looks like a glob: `app[1].log`.
    add(await lookAt(pattern))
    for await (const entry of glob(pattern, { withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name)
      if (path === pattern) continue
      // A link may by now lead to where nobody answers.
      const isQuick = entry.isFile() && known.has(path)
      add(isQuick ? lookAtOnce(path) : await lookAt(path))
    }
  }
  return byAge([...found.values()])
}

/** Whether a file of this path would be followed. */
export function isFollowed(path: string, globs: readonly string[], excluded: readonly string[]): boolean {
  const matches = globs.some((pattern) => path === resolve(pattern) || matchesGlob(path, resolve(pattern)))
  return matches && !isExcluded(path, excluded)
}

function isExcluded(path: string, excluded: readonly string[]): boolean {
  return excluded.some((pattern) => matchesGlob(pattern.includes('/') ? path : basename(path), pattern))
}

/** The file with this key in a directory: where a rename has taken it. */
export async function findByKey(directory: string, key: string): Promise<FoundFile | undefined> {
  const files = await lookInto(directory, () => true)
  return files.find((file) => file.key === key)
}

/** `app.log.1`, `app.log-20261121`, `app.log.2026-11-21T09`, `app.log.old`; not `app.log.lock` or `app.log.1.gz`. */
const rotatedSuffix = /^(?:[.-]\d[\d.:_T-]*|\.old)$/

/** Files next to `path` that look like its predecessors and changed after `sinceMs`, oldest first. */
export async function findRotated(path: string, sinceMs: number): Promise<FoundFile[]> {
  const name = basename(path)
  const files = await lookInto(
    dirname(path),
    (other) => other.startsWith(name) && rotatedSuffix.test(other.slice(name.length)),
  )
  return byAge(files.filter((file) => file.modifiedMs >= sinceMs))
}

/** Its predecessors that were compressed, oldest first: `app.log.1.gz`, `app.log-20261121.gz`. */
export async function findRotatedAndCompressed(path: string): Promise<FoundFile[]> {
  const name = basename(path)
  const files = await lookInto(dirname(path), (other) => {
    const suffix = other.slice(name.length)
    return (
      other.startsWith(name) && suffix.endsWith('.gz') && rotatedSuffix.test(suffix.slice(0, -'.gz'.length))
    )
  })
  return byAge(files)
}

const looksMax = 5

/** Looks again until two looks agree: while a rotation renames a row of files, one look may miss any of them. */
async function lookInto(directory: string, isWanted: (name: string) => boolean): Promise<FoundFile[]> {
  let files: FoundFile[] = []
  for (let look = 0, before = '-'; look < looksMax; look += 1) {
    const names = await readdir(directory).catch(() => [])
    const seen = await Promise.all(names.filter(isWanted).map((name) => lookAt(join(directory, name))))
    files = seen.filter((file) => file !== undefined)
    const now = files.map(({ path, key }) => `${path} ${key}`).join()
    if (now === before && files.length === seen.length) break
    before = now
  }
  return files
}

/** Follows symbolic links; undefined for what is gone or is no plain file. */
async function lookAt(path: string): Promise<FoundFile | undefined> {
  try {
    return fileOf(path, await stat(path, { bigint: true }))
  } catch {
    return undefined
  }
}

function lookAtOnce(path: string): FoundFile | undefined {
  try {
    return fileOf(path, statSync(path, { bigint: true }))
  } catch {
    return undefined
  }
}

function fileOf(path: string, stats: BigIntStats): FoundFile | undefined {
  if (!stats.isFile()) return undefined
  const key = fileKey({ device: stats.dev, inode: stats.ino })
  return { path, key, size: Number(stats.size), modifiedMs: Number(stats.mtimeMs) }
}

function byAge(files: FoundFile[]): FoundFile[] {
  return files.sort((a, b) => a.modifiedMs - b.modifiedMs || (a.path < b.path ? -1 : 1))
}
