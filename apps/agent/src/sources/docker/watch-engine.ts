import type { ContainerPosition, Positions } from '../../spool/position.ts'
import { pause } from '../../wake-up.ts'
import { gapOf } from '../gap-of.ts'
import type { StreamNames } from '../raw-line.ts'
import { isSelected } from './container-info.ts'
import { containerOfKey, createContainerLog, keyOfContainer } from './container-log.ts'
import { readEngineEvents } from './engine-events.ts'
import type { EngineEvent } from './engine-events.ts'
import { createFollowed, followContainer, refreshNames } from './follow-container.ts'
import type { Followed, FollowDeps } from './follow-container.ts'
import { listContainers } from './list-containers.ts'
import type { ListedContainer } from './list-containers.ts'

export interface EngineDeps extends FollowDeps {
  positions: Readonly<Positions>
  printKey: string
  /** Labels that a container must have; null for any value. */
  selector: ReadonlyMap<string, string | null>
  /** The container that the agent runs in. */
  ownId: string | null
  /** How often all containers are listed, beside the events that tell of changes. */
  listMs: number
}

/** An engine whose containers are followed. One loop owns it; others only look. */
export interface Engine {
  deps: EngineDeps
  followed: Map<string, Followed>
  running: Set<Promise<void>>
  /** Aborted when following ends. */
  signal: AbortSignal
  /** Those that were there at the start, and are gone, have been told of. */
  isRecovered: boolean
}

export function createEngine(deps: EngineDeps): Engine {
  const { signal } = new AbortController()
  const engine: Engine = { deps, followed: new Map(), running: new Set(), signal, isRecovered: false }
  deps.dockerMetrics.observe(() => engine.followed.values())
  return engine
}

const backoffMsMin = 200
const backoffMsMax = 30_000

/**
 * Follows the logs of all selected containers of an engine until `signal` is aborted. The engine may come later, and go
 * and come back: it is asked again for ever.
 */
export async function watchEngine(engine: Engine, signal: AbortSignal): Promise<void> {
  const { deps } = engine
  engine.signal = signal
  let faults = 0
  while (!signal.aborted) {
    try {
      await watchOnce(engine, () => {
        if (faults > 0) deps.log.info('the container engine answers')
        faults = 0
      })
    } catch (err) {
      if (signal.aborted) break
      faults += 1
      if (faults === 1) deps.log.warn('the container engine does not answer, it is asked again', { err })
      const waitMs = Math.min(backoffMsMax, backoffMsMin * 2 ** faults) * (0.5 + Math.random() / 2)
      await pause(waitMs, signal)
    }
  }
  await Promise.all(engine.running)
}

/** From one list of all containers to the next. */
async function watchOnce(engine: Engine, answered: () => void): Promise<void> {
  const { deps, signal } = engine
  const { containers, atSeconds } = await listContainers(deps.http, signal)
  answered()
  await reconcile(engine, containers)
  const due = AbortSignal.timeout(deps.listMs)
  // The clock that is told has whole seconds; an event that comes twice changes nothing.
  const since = atSeconds === null ? null : atSeconds - 1
  try {
    for await (const event of readEngineEvents(deps.http, since, AbortSignal.any([signal, due])))
      if (await isNews(engine, event)) return
  } catch (err) {
    if (!due.aborted || signal.aborted) throw err
  }
  // An engine that ends its events without a word is asked anew, not too fast.
  if (!due.aborted) await pause(backoffMsMin, signal)
}

/** Tells the follower of a container; true when the list must be read again, because it is not known. */
async function isNews({ deps, followed, signal }: Engine, { id, action }: EngineEvent): Promise<boolean> {
  const known = followed.get(id)
  if (known && action === 'rename') await refreshNames(known, deps, signal)
  else if (known && action !== 'die') known.changed.ring()
  return !known && action === 'start'
}

async function reconcile(engine: Engine, containers: readonly ListedContainer[]): Promise<void> {
  const { deps, followed } = engine
  if (!engine.isRecovered) tellGone(engine, new Set(containers.map(({ id }) => id)))
  engine.isRecovered = true
  const listed = new Set(containers.map(({ id }) => id))
  for (const [id, { changed }] of followed) if (!listed.has(id)) changed.ring()
  for (const container of containers) {
    const known = followed.get(container.id)
    if (!known) {
      if (container.id !== deps.ownId && isSelected(container, deps.selector)) begin(engine, container)
      continue
    }
    if (known.name !== container.name) await refreshNames(known, deps, engine.signal)
    if (known.state === 'away' || (known.state === 'stopped' && container.isRunning)) known.changed.ring()
  }
}

function begin({ deps, followed, running, signal }: Engine, { id, name }: ListedContainer): void {
  const position = deps.positions[keyOfContainer(id)]
  const known = position?.kind === 'container' ? position : undefined
  const one = createFollowed(createContainerLog(id, provisionalNames(name || id, id), known, deps.printKey))
  followed.set(id, one)
  const task = followContainer(one, deps, signal).finally(() => {
    followed.delete(id)
    running.delete(task)
  })
  running.add(task)
}

/** Until it has been inspected, which is before any line. */
function provisionalNames(podName: string, podUid: string): StreamNames {
  const none = { node: null, deploymentObjectId: null, workOrderId: null, labels: {} }
  return { namespace: 'docker', podName, containerName: podName.slice(0, 63), podUid, ...none }
}

/** Containers that were removed while the agent was down: what they wrote last, nobody has read. */
function tellGone({ deps }: Engine, listed: ReadonlySet<string>): void {
  for (const [key, position] of Object.entries(deps.positions)) {
    const id = containerOfKey(key)
    if (id === null || position.kind !== 'container' || position.isDone || listed.has(id)) continue
    const log = createContainerLog(id, namesOfPosition(id, position), position, deps.printKey)
    deps.sink.addGap(log, gapOf(log.names, 'unreadable', position.time, deps.now()))
    log.isDone = true
    log.isGone = true
    deps.sink.touch(log)
  }
}

function namesOfPosition(id: string, { namespace, podName, containerName }: ContainerPosition): StreamNames {
  return { ...provisionalNames(podName, id), namespace, containerName }
}
