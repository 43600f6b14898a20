import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { ContainerPosition, Positions } from '../../spool/position.ts'
import { containerKey, namesOf, podUidOfKey } from '../kubernetes/container-source.ts'
import type { ManagedPod } from '../kubernetes/managed-pod.ts'
import { gapOf } from '../gap-of.ts'
import { createContainerFiles } from './container-files.ts'
import type { ContainerFiles, PodFileDeps } from './container-files.ts'
import { createPodFileSource } from './pod-file-source.ts'
import { parsePodDirectory } from './pod-log-name.ts'
import { takeOpenLines, tellMissing } from './take-lines.ts'

/** The containers whose files are read. One loop owns it. */
export interface PodFileSet {
  /** Where the kubelet of this node keeps the logs of pods. */
  readonly root: string
  readonly deps: PodFileDeps
  readonly files: Map<string, ContainerFiles>
  /** Where containers were left that nobody reads. */
  readonly left: Map<string, ContainerPosition>
  /** Those that vanished while the agent was away have been told of. */
  hasToldVanished: boolean
}

export function createPodFileSet(
  root: string,
  positions: Readonly<Positions>,
  deps: PodFileDeps,
): PodFileSet {
  const left = new Map(
    Object.entries(positions).flatMap(([key, position]) =>
      position.kind === 'container' && podUidOfKey(key) !== null ? [[key, position]] : [],
    ),
  )
  const set = { root, deps, files: new Map(), left, hasToldVanished: false }
  deps.fileMetrics.observe(() => set.files.values())
  return set
}

/** A pod, as it is now: its containers are read from where they were left, by its names of now. */
export function takePod(set: PodFileSet, pod: ManagedPod): void {
  for (const { name } of pod.containers) {
    const key = containerKey(pod.uid, name)
    const known = set.files.get(key)
    if (known) {
      known.pod = pod
      known.source.names = namesOf(pod, name)
      continue
    }
    const source = createPodFileSource(pod, name, set.left.get(key), set.deps)
    set.left.delete(key)
    set.files.set(key, createContainerFiles(directoryOf(set.root, pod, name), pod, source, set.deps))
  }
}

/** A static pod goes by the hash of its manifest, here as in its directory. */
function directoryOf(root: string, { namespace, name, uid }: ManagedPod, container: string): string {
  return join(root, `${namespace}_${name}_${uid}`, container)
}

/** Reads nothing more of a pod than what is there now, or nothing at all when it still lives and is not wanted. */
export async function dropPod(set: PodFileSet, uid: string, isDeleted: boolean): Promise<void> {
  for (const [key, files] of set.files) {
    if (files.source.names.podUid !== uid) continue
    files.isRemoved = true
    if (isDeleted) continue
    files.source.isLeft = true
    set.deps.sink.touch(files.source)
    await leave(set, key, files)
  }
}

/** Everything of a container that is gone was read, or cannot be. */
export async function conclude(set: PodFileSet, key: string, files: ContainerFiles): Promise<void> {
  const { deps } = set
  const { source } = files
  if (files.joiner.openCount > 0) await takeOpenLines(files, deps)
  const isUnseen = files.isUnreadable || (!files.isLocated && source.seen.resumeAt !== null)
  if (files.isLocated) tellMissing(files, deps)
  if (isUnseen && !source.isDone)
    deps.sink.addGap(source, gapOf(source.names, 'unreadable', source.seen.resumeAt, deps.now()))
  source.isDone = true
  source.release()
  deps.sink.touch(source)
  await leave(set, key, files)
}

async function leave(set: PodFileSet, key: string, files: ContainerFiles): Promise<void> {
  await files.reader?.close().catch(() => undefined)
  set.files.delete(key)
  set.left.set(key, files.source.position())
}

/** Pods whose files were being read when the agent stopped, and went while it was away. */
export function tellVanished(set: PodFileSet, uids: ReadonlySet<string>): void {
  if (set.hasToldVanished) return
  set.hasToldVanished = true
  const { deps } = set
  for (const [key, position] of set.left) {
    const uid = podUidOfKey(key)
    // What was read through the API may be of another node.
    if (uid === null || uids.has(uid) || position.isDone || position.file === null) continue
    const { namespace, podName, containerName } = position
    const pod = podOfPath(namespace, podName, uid, [])
    const source = createPodFileSource(pod, containerName, position, deps)
    source.isDone = true
    deps.sink.addGap(source, gapOf(source.names, 'unreadable', position.time, deps.now()))
    set.left.set(key, source.position())
  }
}

/** The pods of this node, as far as paths tell of them. */
export async function findPods(root: string): Promise<ManagedPod[]> {
  const names = await readdir(root).catch(() => [])
  const pods = names.map(async (name) => {
    const pod = parsePodDirectory(name)
    const containers = pod ? await readdir(join(root, name)).catch(() => []) : []
    return pod && podOfPath(pod.namespace, pod.podName, pod.uid, containers)
  })
  return (await Promise.all(pods)).filter((pod) => pod !== null)
}

function podOfPath(namespace: string, name: string, uid: string, containers: readonly string[]): ManagedPod {
  const unknown = { kind: 'app', phase: 'running', containerId: null, restartCount: 0 } as const
  return {
    uid,
    namespace,
    name,
    node: null,
    labels: {},
    deploymentObjectId: null,
    workOrderId: null,
    containers: containers.map((container) => ({
      ...unknown,
      name: container,
      previousContainerId: null,
      mayRestart: true,
    })),
    isTerminating: false,
  }
}
