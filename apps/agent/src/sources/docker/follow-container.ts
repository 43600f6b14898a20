import type { Logger } from '@logboom/service'
import { createWakeUp } from '../../wake-up.ts'
import type { WakeUp } from '../../wake-up.ts'
import { gapOf } from '../gap-of.ts'
import { inspectContainer, namesOfContainer } from './container-info.ts'
import type { ContainerInfo } from './container-info.ts'
import type { ContainerLog } from './container-log.ts'
import type { DockerMetrics } from './docker-metrics.ts'
import { EngineError } from './engine-http.ts'
import { readContainerLog } from './read-container-log.ts'
import type { ReadDeps } from './read-container-log.ts'
import { MisalignedStream } from './demux-frames.ts'
import { EngineFault } from './split-engine-log.ts'

export interface FollowDeps extends ReadDeps {
  log: Logger
  dockerMetrics: DockerMetrics
  labelsKept: readonly string[]
}

/** A container that is followed, and what its follower is told from outside. */
export interface Followed {
  readonly log: ContainerLog
  /** It was started, renamed or removed, or the engine is back. */
  readonly changed: WakeUp
  /** As the engine names it now. */
  name: string
  state: 'reading' | 'stopped' | 'unreadable' | 'away'
  /** That it cannot be read was said. */
  isToldOf: boolean
}

export function createFollowed(log: ContainerLog): Followed {
  return { log, changed: createWakeUp(), name: log.names.podName, state: 'reading', isToldOf: false }
}

const backoffMsMin = 100
const backoffMsMax = 30_000

/** Follows a container's log through its restarts until it is removed or `signal` is aborted. Never rejects for the engine. */
export async function followContainer(
  followed: Followed,
  deps: FollowDeps,
  signal: AbortSignal,
): Promise<void> {
  let faults = 0
  while (!signal.aborted) {
    const startedMs = performance.now()
    try {
      const info = await inspectContainer(deps.http, followed.log.id, signal)
      nameAfter(followed, info, deps)
      await readUntilStopped(followed, info, deps, signal)
      faults = 0
      if (!signal.aborted) await followed.changed.next(signal)
    } catch (err) {
      if (signal.aborted) return
      if (err instanceof EngineError && err.status === 404) return noteGone(followed, deps)
      noteFault(followed, err, deps)
      faults = performance.now() - startedMs > backoffMsMax ? 1 : faults + 1
      const waitMs = Math.min(backoffMsMax, backoffMsMin * 2 ** faults) * (0.5 + Math.random() / 2)
      await followed.changed.next(signal, followed.state === 'unreadable' ? undefined : waitMs)
    }
  }
}

/** The container has another name: its next lines go by that. */
export async function refreshNames(followed: Followed, deps: FollowDeps, signal: AbortSignal): Promise<void> {
  try {
    nameAfter(followed, await inspectContainer(deps.http, followed.log.id, signal), deps)
  } catch (err) {
    // It is gone, which its follower will find out.
    if (!(err instanceof EngineError)) throw err
  }
}

function nameAfter(followed: Followed, info: ContainerInfo, { labelsKept }: FollowDeps): void {
  followed.name = info.name
  followed.log.names = namesOfContainer(info, labelsKept)
}

/** Resolves when the container does not run and a reading that began after its end has come to the end of its log. */
async function readUntilStopped(
  followed: Followed,
  first: ContainerInfo,
  deps: FollowDeps,
  signal: AbortSignal,
): Promise<void> {
  const { log } = followed
  for (let info = first; !signal.aborted;) {
    if (info.logDriver === 'none') throw new EngineError(501, 'its log driver keeps nothing')
    followed.state = 'reading'
    if (info.isRunning) log.isDone = false
    deps.sink.register?.(log)
    const end = await readContainerLog(log, info, deps, signal)
    if (end === 'due') deps.dockerMetrics.reopened('due')
    else noteEnd(log, deps)
    if (end === 'ended' && !info.isRunning) {
      followed.state = 'stopped'
      return
    }
    info = await inspectContainer(deps.http, log.id, signal)
    // An engine that ends the log of a container that goes on running must not be asked without pause.
    if (end === 'ended' && info.isRunning) await followed.changed.next(signal, backoffMsMin)
  }
}

/** The engine ended the log by itself, so that nothing is missing if it is the last we see of the container. */
function noteEnd(log: ContainerLog, deps: FollowDeps): void {
  log.isDone = true
  log.caughtUpUs = deps.now() * 1000
  deps.sink.touch(log)
}

function noteFault(followed: Followed, err: unknown, deps: FollowDeps): void {
  const name = followed.log.names.podName
  if (isUnreadable(err)) {
    // Told once: a container has its log driver for life.
    if (!followed.isToldOf)
      deps.log.warn('the log of a container cannot be read', { container: name, reason: err.message })
    followed.isToldOf = true
    followed.state = 'unreadable'
    return
  }
  followed.state = 'away'
  if (err instanceof MisalignedStream) deps.dockerMetrics.reopened('misaligned')
  else if (err instanceof EngineFault) deps.dockerMetrics.reopened('engine')
  else deps.dockerMetrics.reopened('broken')
  deps.log.debug('the log of a container broke off, it is read on', { container: name, err })
}

/** A log driver that only writes: `none`, or one of a remote system on an old engine. */
function isUnreadable(err: unknown): err is EngineError {
  return (
    err instanceof EngineError && (err.status === 501 || err.message.includes('does not support reading'))
  )
}

/** The container was removed. Unless its log was read to the end before, lines may have gone with it. */
function noteGone({ log, isToldOf }: Followed, deps: FollowDeps): void {
  if (!log.isDone && !isToldOf)
    deps.sink.addGap(log, gapOf(log.names, 'unreadable', log.seen.resumeAt, deps.now()))
  log.release()
  log.isDone = true
  log.isGone = true
  deps.sink.touch(log)
}
