import { createContentIds } from '../../identity/content-ids.ts'
import { createSeenLines } from '../../identity/seen-lines.ts'
import type { SeenLines } from '../../identity/seen-lines.ts'
import { freshMemory, LineMemory } from '../../spool/position.ts'
import type { ContainerPosition } from '../../spool/position.ts'
import { followedUntilUs } from '../followed-until.ts'
import type { Taking } from '../followed-until.ts'
import type { Source, StreamNames } from '../raw-line.ts'
import type { ManagedPod } from './managed-pod.ts'

/** A container of one pod, over all its lives, and how far its log was read. */
export interface ContainerSource extends Source {
  names: StreamNames
  readonly seen: SeenLines
  position(): ContainerPosition
  /** The life that is read or was read last; null before the first. */
  containerId: string | null
  restartCount: number
  seq: number
  /** Its pod is no longer selected. */
  isLeft: boolean
  /** All of it has been read, and nothing more will come. */
  isDone: boolean
  /** Everything up to then was read, microseconds since 1970. */
  readUntilUs(): number | null
  /** What `readUntilUs` says; null while a healthy stream makes it move by itself. */
  readThroughUs: number | null
  isFollowing: boolean
  /** What comes of the stream. */
  taking: Taking
  /**
   * Keeps the position as it is now, whatever is read, until `release`: what is told of a log and where it goes on must
   * become safe together.
   */
  hold(): void
  release(): void
}

/** The key of a container among the sources. It is the same whichever way the log is read. */
export function containerKey(podUid: string, containerName: string): string {
  return `pod:${podUid}:${containerName}`
}

/** The uid of the pod in such a key; null for the keys of other sources. */
export function podUidOfKey(key: string): string | null {
  return /^pod:([^:]+):[^:]+$/.exec(key)?.[1] ?? null
}

export interface SourceOptions {
  /** Goes into the ids, so that two clusters never have the same. */
  cluster: string
  printKey: string
  now: () => number
}

export function createContainerSource(
  pod: ManagedPod,
  containerName: string,
  known: ContainerPosition | undefined,
  { cluster, printKey, now }: SourceOptions,
): ContainerSource {
  const seen = createSeenLines({
    idOf: createContentIds(cluster, pod.uid, containerName),
    printKey,
    saved: known?.seen ?? [],
    latest: known?.time ?? null,
  })
  let held: ContainerPosition | null = null
  const source: ContainerSource = {
    key: containerKey(pod.uid, containerName),
    names: namesOf(pod, containerName),
    memory: known ? LineMemory.parse(known) : freshMemory(),
    seen,
    containerId: known?.containerId ?? null,
    restartCount: known?.restartCount ?? 0,
    seq: known?.seq ?? 0,
    isLeft: false,
    isDone: known?.isDone ?? false,
    readThroughUs: null,
    isFollowing: false,
    taking: { isBusy: false, atMs: -Infinity, lineUs: null },
    position: () => held ?? positionOf(source),
    hold() {
      held ??= positionOf(source)
    },
    release() {
      held = null
    },
    readUntilUs() {
      if (source.isDone) return now() * 1000
      const { readThroughUs, taking } = source
      return source.isFollowing ? followedUntilUs(now(), taking, readThroughUs) : readThroughUs
    },
  }
  return source
}

export function namesOf(pod: ManagedPod, containerName: string): StreamNames {
  const { namespace, name, uid, node, deploymentObjectId, workOrderId, labels } = pod
  return {
    namespace,
    podName: name,
    containerName,
    podUid: uid,
    node,
    deploymentObjectId,
    workOrderId,
    labels,
  }
}

function positionOf(source: ContainerSource): ContainerPosition {
  const { names, containerId, restartCount, seen, seq, memory, isDone } = source
  const { resumeAt } = seen
  return {
    kind: 'container',
    namespace: names.namespace,
    podName: names.podName,
    containerName: names.containerName,
    containerId,
    restartCount,
    time: resumeAt && { us: resumeAt.us, ns: resumeAt.ns },
    seen: isDone ? [] : seen.save(),
    seq,
    ...memory,
    file: null,
    isDone,
  }
}
