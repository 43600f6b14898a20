import { pause } from '../../wake-up.ts'
import { freshMemory } from '../../spool/position.ts'
import type { ContainerPosition, Positions } from '../../spool/position.ts'
import { gapOf } from '../gap-of.ts'
import type { Source } from '../raw-line.ts'
import type { ContainerDeps } from './container-deps.ts'
import { containerKey, createContainerSource, namesOf, podUidOfKey } from './container-source.ts'
import type { SourceOptions } from './container-source.ts'
import { createTask } from './container-task.ts'
import type { ContainerTask } from './container-task.ts'
import type { StreamState } from './log-metrics.ts'
import type { ContainerState, ManagedPod, PodListener } from './managed-pod.ts'
import { readContainer } from './read-container.ts'
import type { StreamView } from '../running-source.ts'

export interface PodReaders extends PodListener {
  /** Containers that are read, by how. */
  countStates(): Record<StreamState, number>
  streams(): Iterable<StreamView>
  /** Resolves when `signal` is aborted and nothing is read any more. */
  run(signal: AbortSignal): Promise<void>
}

interface State {
  deps: ContainerDeps
  options: SourceOptions
  /** Where containers were left that nobody reads. */
  left: Map<string, ContainerPosition>
  pods: Map<string, Map<string, ContainerTask>>
  running: Set<Promise<void>>
  ending: AbortController
  hasListed: boolean
}

/** Reads the logs of all containers of the pods that it is told of, each from where it was left. */
export function readPods(positions: Positions, options: SourceOptions, deps: ContainerDeps): PodReaders {
  const state: State = {
    deps,
    options,
    left: new Map(Object.entries(positions).flatMap(([key, position]) => containerEntry(key, position))),
    pods: new Map(),
    running: new Set(),
    ending: new AbortController(),
    hasListed: false,
  }
  return {
    changed: (pod) => take(state, pod),
    removed: (uid, { isDeleted }) => remove(state, uid, isDeleted),
    listed(uids) {
      for (const uid of state.pods.keys()) if (!uids.has(uid)) remove(state, uid, true)
      if (!state.hasListed) tellVanished(state, uids)
      state.hasListed = true
    },
    countStates: () => countStates(state),
    *streams() {
      for (const tasks of state.pods.values()) for (const task of tasks.values()) yield viewOf(task)
    },
    async run(signal) {
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve))
      state.ending.abort()
      await Promise.all(state.running)
    },
  }
}

function containerEntry(key: string, position: Positions[string]): [string, ContainerPosition][] {
  return position?.kind === 'container' ? [[key, position]] : []
}

function take(state: State, pod: ManagedPod): void {
  const tasks = state.pods.get(pod.uid) ?? new Map<string, ContainerTask>()
  state.pods.set(pod.uid, tasks)
  for (const container of pod.containers) {
    const task = tasks.get(container.name)
    if (task) update(task, pod, container)
    else tasks.set(container.name, begin(state, pod, container))
  }
}

function update(task: ContainerTask, pod: ManagedPod, container: ContainerState): void {
  task.pod = pod
  task.state = container
  task.source.names = namesOf(pod, container.name)
  task.changed.ring()
}

function begin(state: State, pod: ManagedPod, container: ContainerState): ContainerTask {
  const key = containerKey(pod.uid, container.name)
  const known = stillToRead(state.left.get(key), container)
  const source = createContainerSource(pod, container.name, known, state.options)
  state.left.delete(key)
  state.deps.sink.register?.(source)
  const task = createTask(source, pod, container)
  const running = readUntilDone(task, state).then(() => {
    state.running.delete(running)
    state.left.set(key, source.position())
    if (task.gone !== 'deselected') return
    source.isLeft = true
    state.deps.sink.touch(source)
  })
  state.running.add(running)
  return task
}

/**
 * A pod that was not selected while the agent came back was told of as vanished, and is read on when it is selected
 * again. What was read to its end keeps no lines.
 */
function stillToRead(
  known: ContainerPosition | undefined,
  { phase, mayRestart, containerId }: ContainerState,
): ContainerPosition | undefined {
  if (!known?.isDone) return known
  const isOver = phase === 'terminated' && !mayRestart && containerId === known.containerId
  return isOver && known.seen.length === 0 ? known : { ...known, isDone: false }
}

const faultPauseMs = 5_000

/** A fault of ours in one container is no reason to stop the others. */
async function readUntilDone(task: ContainerTask, { deps, ending }: State): Promise<void> {
  while (!ending.signal.aborted) {
    try {
      return await readContainer(task, deps, ending.signal)
    } catch (err) {
      deps.log.error('reading a container failed, it is tried again', { key: task.source.key, err })
      await pause(faultPauseMs, ending.signal)
    }
  }
}

function remove({ pods, left }: State, uid: string, isDeleted: boolean): void {
  for (const task of pods.get(uid)?.values() ?? []) {
    task.gone = isDeleted ? 'deleted' : 'deselected'
    if (!isDeleted) {
      // It may be selected again before its reading has ended.
      left.set(task.source.key, task.source.position())
      task.stream?.end('stopped')
    }
    task.changed.ring()
  }
  pods.delete(uid)
}

/** Pods that were being read when the agent stopped, and went while it was away, or are not selected any more. */
function tellVanished({ left, deps, options }: State, uids: ReadonlySet<string>): void {
  for (const [key, position] of left) {
    const uid = podUidOfKey(key)
    if (position.isDone || uid === null || uids.has(uid)) continue
    const done = { ...position, isDone: true }
    left.set(key, done)
    const source = goneSource(key, uid, done)
    deps.sink.addGap(source, gapOf(source.names, 'unreadable', position.time, options.now()))
  }
}

function goneSource(key: string, podUid: string, position: ContainerPosition): Source {
  const { namespace, podName, containerName } = position
  return {
    key,
    names: {
      namespace,
      podName,
      containerName,
      podUid,
      node: null,
      deploymentObjectId: null,
      workOrderId: null,
      labels: {},
    },
    memory: freshMemory(),
    seen: null,
    position: () => position,
    readUntilUs: () => null,
  }
}

function viewOf({ source, doing }: ContainerTask): StreamView {
  const lastLineUs = source.seen.latest?.us ?? null
  return { kind: 'kubernetes', source, state: doing, lines: source.seq, lastLineUs }
}

function countStates({ pods }: State): Record<StreamState, number> {
  const counts = { following: 0, polling: 0, waiting: 0, ending: 0 }
  for (const tasks of pods.values())
    for (const { doing, source } of tasks.values()) if (!source.isDone) counts[doing] += 1
  return counts
}
