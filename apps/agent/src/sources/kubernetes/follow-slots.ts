import { activityOf } from './container-task.ts'
import type { ContainerTask } from './container-task.ts'

/** Who may hold a stream open. Each costs the API server and the kubelet a connection, and nobody but us bounds them. */
export interface FollowSlots {
  /** Whether the container may be followed now: there is room, or another one that writes much less gives way. */
  take(task: ContainerTask): boolean
  giveBack(task: ContainerTask): void
}

export interface SlotOptions {
  streamsMax: number
  /** How long a stream is left alone, so that two containers do not change places all the time. */
  holdMs: number
}

export function createFollowSlots({ streamsMax, holdMs }: SlotOptions): FollowSlots {
  const holders = new Set<ContainerTask>()

  /** The one that writes least, of those that have had their time. */
  function quietest(): ContainerTask | null {
    const nowMs = performance.now()
    let found: ContainerTask | null = null
    let least = Infinity
    for (const task of holders) {
      if (!task.stream || nowMs - task.stream.openedMs < holdMs) continue
      const activity = activityOf(task)
      if (activity >= least) continue
      least = activity
      found = task
    }
    return found
  }

  return {
    take(task) {
      if (holders.has(task)) return true
      if (holders.size >= streamsMax) {
        const loser = quietest()
        if (!loser || activityOf(task) <= 2 * activityOf(loser) + 1) return false
        holders.delete(loser)
        loser.stream?.end('demoted')
      }
      holders.add(task)
      return true
    },
    giveBack: (task) => void holders.delete(task),
  }
}
