import { dirname } from 'node:path'
import { noNotice, watchDirectories } from '../files/watch-directories.ts'
import type { DirectoryWatch, Notice } from '../files/watch-directories.ts'
import type { ManagedPod, PodListener } from '../kubernetes/managed-pod.ts'
import type { ContainerFiles } from './container-files.ts'
import { conclude, dropPod, findPods, takePod, tellVanished } from './pod-file-set.ts'
import type { PodFileSet } from './pod-file-set.ts'
import { readTurn } from './read-turn.ts'
import { watchWaiting } from './watch-waiting.ts'

/** What is told of pods, and not yet taken: the loop that reads files takes it between two turns. */
export interface PodNews extends PodListener {
  take(set: PodFileSet): Promise<void>
}

export function createPodNews(): PodNews {
  let pending: ((set: PodFileSet) => Promise<void> | void)[] = []
  return {
    changed: (pod) => void pending.push((set) => takePod(set, pod)),
    removed: (uid, { isDeleted }) => void pending.push((set) => dropPod(set, uid, isDeleted)),
    listed: (uids) => void pending.push((set) => takeList(set, uids)),
    async take(set) {
      const steps = pending
      pending = []
      for (const step of steps) await step(set)
    },
  }
}

async function takeList(set: PodFileSet, uids: ReadonlySet<string>): Promise<void> {
  for (const { pod } of set.files.values()) if (!uids.has(pod.uid)) await dropPod(set, pod.uid, true)
  tellVanished(set, uids)
}

/** Tells of the pods whose directories are there: without the API server, paths are all that is known. */
export function createPathNews(root: string): PodNews {
  const told = new Set<string>()
  const none = () => undefined
  return {
    changed: none,
    removed: none,
    listed: none,
    async take(set) {
      const pods = await findPods(root)
      for (const pod of pods) if (isNews(pod, told)) takePod(set, pod)
      tellVanished(set, new Set(pods.map(({ uid }) => uid)))
    },
  }
}

/** A container that was told of and concluded is not begun again while its empty directory stays. */
function isNews({ uid, containers }: ManagedPod, told: Set<string>): boolean {
  const keys = containers.map(({ name }) => `${uid}/${name}`)
  const isNew = keys.some((key) => !told.has(key))
  for (const key of keys) told.add(key)
  return isNew
}

/** Of one file and one read: containers take turns, so that a loud one silences nobody. */
const turnBytes = 262_144

export interface PodFileTimings {
  /** How often directories are looked at, besides the notices of the system. */
  pollMs: number
}

/**
 * Reads the log files of the pods that `news` tells of until `signal` is aborted. One loop reads them all, so that a full
 * sink stops all.
 */
export async function watchPodFiles(
  set: PodFileSet,
  news: PodNews,
  { pollMs }: PodFileTimings,
  signal: AbortSignal,
): Promise<void> {
  const watch = watchDirectories()
  const buffer = Buffer.allocUnsafeSlow(turnBytes)
  const release = setInterval(() => void watchAllWaiting(set), pollMs)
  let lookedAtMs = -Infinity
  try {
    let notice = noNotice
    while (!signal.aborted) {
      const isDue = performance.now() - lookedAtMs >= pollMs
      if (isDue) lookedAtMs = performance.now()
      if (isDue || hasNewPods(set, notice)) {
        await news.take(set)
        watchAll(set, watch)
      }
      const hasMore = await readAll(set, isDue ? null : notice, buffer, pollMs, signal)
      notice = await watch.next(hasMore ? 0 : pollMs, signal)
    }
  } finally {
    clearInterval(release)
    watch.close()
    for (const { reader } of set.files.values()) await reader?.close().catch(() => undefined)
  }
}

/** Names changed outside the directories of containers that are known. */
function hasNewPods({ files }: PodFileSet, { renamedIn }: Notice): boolean {
  if (renamedIn.size === 0) return false
  const known = new Set([...files.values()].map(({ directory }) => directory))
  return [...renamedIn].some((directory) => !known.has(directory))
}

async function watchAllWaiting({ files, deps }: PodFileSet): Promise<void> {
  // What fails here, the loop finds out by itself.
  for (const each of files.values()) await watchWaiting(each, deps).catch(() => undefined)
}

function watchAll({ root, files }: PodFileSet, watch: DirectoryWatch): void {
  const directories = [...files.values()].map(({ directory }) => directory)
  watch.watch(new Set([root, ...directories, ...directories.map((directory) => dirname(directory))]))
}

/** Reads what a notice tells of, or all (`null`). Resolves with true when there is more to read at once. */
async function readAll(
  set: PodFileSet,
  notice: Notice | null,
  buffer: Buffer,
  pollMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  const untilMs = performance.now() + pollMs
  const directories =
    notice && new Set([...notice.changed].map((path) => dirname(path)).concat(...notice.renamedIn))
  let busy = [...set.files].filter(([, { directory }]) => !directories || directories.has(directory))
  while (busy.length > 0 && performance.now() <= untilMs) {
    const more: typeof busy = []
    for (const one of busy) {
      const isDue = notice === null || notice.renamedIn.has(one[1].directory)
      if (await readOne(set, one, isDue, buffer, signal)) more.push(one)
      if (signal.aborted) return false
    }
    busy = more
  }
  return busy.length > 0
}

async function readOne(
  set: PodFileSet,
  [key, files]: [string, ContainerFiles],
  isDue: boolean,
  buffer: Buffer,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    if (await readTurn(files, isDue, buffer, set.deps, signal)) return set.files.has(key)
    if (files.isRemoved && !files.reader && isDue && !signal.aborted) await conclude(set, key, files)
    files.isUnreadable &&= files.reader === null
  } catch (err) {
    await giveUp(files, err, set)
  }
  return false
}

/** What cannot be read now is tried again at the next look, from where it was left. */
async function giveUp(files: ContainerFiles, err: unknown, { deps }: PodFileSet): Promise<void> {
  const { directory, source } = files
  const code = err instanceof Error && 'code' in err ? String(err.code) : 'unknown'
  if (!files.isUnreadable)
    deps.log.warn('the log files of a container cannot be read', { directory, code, err })
  await files.reader?.close().catch(() => undefined)
  source.resume.known = source.position().file
  Object.assign(source.resume, { marks: [], open: new Map() })
  files.joiner.flush()
  Object.assign(files, {
    isUnreadable: true,
    isLocated: false,
    reader: null,
    doneThrough: null,
    currentSinceNs: null,
  })
}
