import { createContentIds } from '../../identity/content-ids.ts'
import { createSeenLines } from '../../identity/seen-lines.ts'
import type { SeenLines } from '../../identity/seen-lines.ts'
import { freshMemory, LineMemory } from '../../spool/position.ts'
import type { ContainerPosition } from '../../spool/position.ts'
import { followedUntilUs } from '../followed-until.ts'
import type { Taking } from '../followed-until.ts'
import type { Source, StreamNames } from '../raw-line.ts'

/** The one log that an engine keeps of a container, however often it is started. */
export interface ContainerLog extends Source {
  readonly id: string
  readonly seen: SeenLines
  names: StreamNames
  position(): ContainerPosition
  /** While it is not known whether lines are missing, a restart must come to the same question: the position stays. */
  hold(): void
  release(): void
  seq: number
  /** Up to when everything was taken, microseconds since 1970; null while a healthy stream makes it move by itself. */
  caughtUpUs: number | null
  isFollowing: boolean
  /** What comes of the stream. */
  taking: Taking
  /** The container does not run, and all of its log was read. */
  isDone: boolean
  /** It will never run again: nothing needs to be known of its lines. */
  isGone: boolean
}

const keyPrefix = 'container:docker/'

export const keyOfContainer = (id: string) => `${keyPrefix}${id}`

/** The container's id; null for what is another source's key. */
export function containerOfKey(key: string): string | null {
  return key.startsWith(keyPrefix) ? key.slice(keyPrefix.length) : null
}

/** Ids are made of the container's own id, which is unique in the world, and of nothing that a rename changes. */
export function createContainerLog(
  id: string,
  names: StreamNames,
  known: ContainerPosition | undefined,
  printKey: string,
): ContainerLog {
  const seen = createSeenLines({
    idOf: createContentIds('docker', id, ''),
    printKey,
    saved: known?.seen ?? [],
    latest: known?.time ?? null,
  })
  let held: ContainerPosition | null = null
  const log: ContainerLog = {
    id,
    key: keyOfContainer(id),
    names,
    memory: known ? LineMemory.parse(known) : freshMemory(),
    seen,
    seq: known?.seq ?? 0,
    caughtUpUs: null,
    isFollowing: false,
    taking: { isBusy: false, atMs: -Infinity, lineUs: null },
    isDone: known?.isDone ?? false,
    isGone: false,
    position: () => held ?? positionOf(log),
    hold() {
      held ??= positionOf(log)
    },
    release() {
      held = null
    },
    readUntilUs: () =>
      log.isFollowing ? followedUntilUs(Date.now(), log.taking, log.caughtUpUs) : log.caughtUpUs,
  }
  return log
}

function positionOf({ id, names, memory, seen, seq, isDone, isGone }: ContainerLog): ContainerPosition {
  return {
    kind: 'container',
    namespace: names.namespace,
    podName: names.podName,
    containerName: names.containerName,
    containerId: id,
    restartCount: 0,
    time: seen.resumeAt && { us: seen.resumeAt.us, ns: seen.resumeAt.ns },
    seen: isGone ? [] : seen.save(),
    seq,
    ...memory,
    file: null,
    isDone,
  }
}
