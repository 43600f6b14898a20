import type { Gap } from '@logboom/contracts'
import type { LineSink } from '../raw-line.ts'
import { createWakeUp } from '../../wake-up.ts'
import type { WakeUp } from '../../wake-up.ts'
import type { ContainerSource } from './container-source.ts'
import type { StreamCause, StreamState } from './log-metrics.ts'
import type { ContainerState, ManagedPod } from './managed-pod.ts'
import type { LivesRead } from './next-step.ts'

/** The reading of one container, from when its pod is known until nothing more will come. */
export interface ContainerTask {
  readonly source: ContainerSource
  /** As it was last told of. */
  pod: ManagedPod
  state: ContainerState
  gone: 'deleted' | 'deselected' | null
  /** Rings when one of these changes. */
  readonly changed: WakeUp
  drainedId: string | null
  /** Nothing of the life was read so far: its log is read from the beginning. */
  isFreshLife: boolean
  /** Why something lies before the next line that could not be had, until a gap tells it. */
  missing: Gap['reason'] | null
  /** Requests in a row that brought nothing. */
  failures: number
  stream: OpenStream | null
  /** When a poll is due, by `performance.now()`, and how long after the last. */
  pollAtMs: number
  pollMs: number
  /** What `activityOf` was when the last new lines came, and when that was. */
  activity: number
  activityAtMs: number
  doing: StreamState
}

/** A log that is being followed. */
export interface OpenStream {
  openedMs: number
  /** Ends it. */
  end(cause: StreamCause): void
}

export function createTask(source: ContainerSource, pod: ManagedPod, state: ContainerState): ContainerTask {
  return {
    source,
    pod,
    state,
    gone: null,
    changed: createWakeUp(),
    drainedId: null,
    isFreshLife: source.seen.save().length === 0,
    missing: null,
    failures: 0,
    stream: null,
    pollAtMs: 0,
    pollMs: 0,
    activity: 0,
    activityAtMs: performance.now(),
    doing: 'waiting',
  }
}

export function livesOf({ source, drainedId }: ContainerTask): LivesRead {
  return { containerId: source.containerId, restartCount: source.restartCount, drainedId }
}

/** The life that the task is at was read to its end. What is still to be told of it is safe first. */
export function markDrained(task: ContainerTask, sink: Pick<LineSink, 'touch'>): void {
  task.drainedId = task.source.containerId
  if (task.missing !== null) return
  task.source.release()
  sink.touch(task.source)
}

const halfLifeMs = 120_000

/** How much the container writes: new lines, of which half are forgotten every two minutes. */
export function activityOf({ activity, activityAtMs }: ContainerTask): number {
  return activity * 0.5 ** ((performance.now() - activityAtMs) / halfLifeMs)
}

export function noteActivity(task: ContainerTask, newLines: number): void {
  if (newLines === 0) return
  task.activity = activityOf(task) + newLines
  task.activityAtMs = performance.now()
}
