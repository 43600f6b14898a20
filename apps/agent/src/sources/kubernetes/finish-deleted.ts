import { pause } from '../../wake-up.ts'
import { gapOf } from '../gap-of.ts'
import { beginLife } from './begin-life.ts'
import type { ContainerDeps } from './container-deps.ts'
import { livesOf, markDrained } from './container-task.ts'
import type { ContainerTask } from './container-task.ts'
import { nextStep } from './next-step.ts'
import { readOnce } from './read-once.ts'
import { LogRefused } from './request-log.ts'

const betweenMs = 500

/**
 * A pod is gone: what can still be read of its log is, for some seconds. Where nothing proves that its end was read, a
 * gap tells of what may be missing.
 */
export async function finishDeleted(
  task: ContainerTask,
  deps: ContainerDeps,
  signal: AbortSignal,
): Promise<void> {
  const { source } = task
  const untilMs = performance.now() + deps.timings.deletedMs
  while (!isComplete(task) && performance.now() < untilMs && !signal.aborted) {
    try {
      await drainWhatIsLeft(task, deps, signal)
    } catch (err) {
      if (err instanceof LogRefused && err.status === 404) break
      await pause(betweenMs, signal)
    }
  }
  if (signal.aborted) return
  if (!isComplete(task))
    deps.sink.addGap(source, gapOf(source.names, 'unreadable', source.seen.resumeAt, deps.now()))
  source.isDone = true
  source.release()
  deps.sink.touch(source)
}

/** It ended before it went, and was read to its end; or it never began. */
function isComplete({ source, state, drainedId }: ContainerTask): boolean {
  if (state.containerId === null) return true
  return (
    state.phase !== 'running' && source.containerId === state.containerId && drainedId === state.containerId
  )
}

async function drainWhatIsLeft(task: ContainerTask, deps: ContainerDeps, signal: AbortSignal): Promise<void> {
  const { state } = task
  const step = nextStep(livesOf(task), { ...state, phase: 'terminated', mayRestart: false })
  if (step.do === 'begin current' || (step.do === 'drain previous' && step.isNewLog))
    beginLife(task, step, deps)
  if (step.do === 'begin current') return
  const isPrevious = step.do === 'drain previous'
  const reading = await readOnce(task, { isPrevious, tailLines: null, isFinal: true }, deps, signal)
  if (!reading) return pause(betweenMs, signal)
  if (reading.isLost) return undefined
  markDrained(task, deps.sink)
  // Read after it was gone, to its end: whatever the last word on its state was.
  if (!isPrevious) task.state = { ...state, phase: 'terminated' }
}
