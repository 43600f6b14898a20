import type { ContainerState } from './managed-pod.ts'

/** How far the lives of a container were read. */
export interface LivesRead {
  /** The life that was read last. */
  containerId: string | null
  restartCount: number
  /** The life whose log was read to its end. */
  drainedId: string | null
}

export type Step =
  /** Nothing to read before something changes. */
  | { do: 'wait' }
  /** The present life runs, and its log grows. */
  | { do: 'read current' }
  /** The present life has ended, and another may follow: its log is read to the end once. */
  | { do: 'drain current' }
  /** The present life was the last: its log is read until nothing new comes. */
  | { do: 'finish' }
  /** The life before the present one was not read to its end. */
  | { do: 'drain previous'; isNewLog: boolean; containerId: string; restartCount: number; missed: Missed }
  /** A life that nothing was read of yet. */
  | { do: 'begin current'; containerId: string; restartCount: number; missed: Missed }

/** Lives that came and went, or the end of one; null when nothing is missing. */
export type Missed = { lives: number } | null

/**
 * What to read next of a container, by what the API server says of it and what was read. The log of the present life and
 * of the one before can be had, and no other.
 */
export function nextStep(read: LivesRead, state: ContainerState): Step {
  const { containerId, restartCount, phase, mayRestart } = state
  // While it waits to be started again, the last life is also the one before the next.
  const previousContainerId = state.previousContainerId === containerId ? null : state.previousContainerId
  if (containerId === null) return { do: 'wait' }
  if (read.containerId !== containerId)
    return nextLife(read, { containerId, previousContainerId, restartCount })
  if (phase === 'running') return { do: 'read current' }
  if (phase === 'terminated' && !mayRestart) return { do: 'finish' }
  return read.drainedId === containerId ? { do: 'wait' } : { do: 'drain current' }
}

function nextLife(
  read: LivesRead,
  state: { containerId: string; previousContainerId: string | null; restartCount: number },
): Step {
  const { previousContainerId: previous, restartCount } = state
  const current = { do: 'begin current', containerId: state.containerId, restartCount } as const
  const before = { do: 'drain previous', restartCount: Math.max(0, restartCount - 1) } as const
  const isDrained = read.containerId !== null && read.drainedId === read.containerId
  if (read.containerId === null) {
    if (previous === null) return { ...current, missed: null }
    return { ...before, containerId: previous, isNewLog: true, missed: null }
  }
  if (previous === read.containerId) {
    if (isDrained) return { ...current, missed: null }
    return { ...before, containerId: previous, isNewLog: false, missed: null }
  }
  const between = restartCount - read.restartCount - 1 - (previous === null ? 0 : 1)
  const lives = Math.max(0, between)
  const missed = lives > 0 || !isDrained ? { lives } : null
  return previous === null
    ? { ...current, missed }
    : { ...before, containerId: previous, isNewLog: true, missed }
}
