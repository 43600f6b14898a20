import { afterFailure, backOff } from './after-failure.ts'
import { beginLife } from './begin-life.ts'
import type { ContainerDeps } from './container-deps.ts'
import { livesOf, markDrained } from './container-task.ts'
import type { ContainerTask } from './container-task.ts'
import { finishDeleted } from './finish-deleted.ts'
import { followLog } from './follow-log.ts'
import { nextStep } from './next-step.ts'
import type { Step } from './next-step.ts'
import { pollLog } from './poll-log.ts'
import { readOnce } from './read-once.ts'
import { LogRefused } from './request-log.ts'

/**
 * Reads the log of one container through all its lives: follows it while it runs, drains each life once it has ended,
 * and is done when nothing more will come. Nothing that goes wrong ends it; it rejects only by a fault of its own.
 */
export async function readContainer(
  task: ContainerTask,
  deps: ContainerDeps,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted && !task.source.isDone && task.gone !== 'deselected') {
    if (task.gone === 'deleted') await finishDeleted(task, deps, signal)
    else await perform(nextStep(livesOf(task), task.state), task, deps, signal)
  }
  deps.slots.giveBack(task)
}

async function perform(
  step: Step,
  task: ContainerTask,
  deps: ContainerDeps,
  signal: AbortSignal,
): Promise<void> {
  if (step.do !== 'read current') deps.slots.giveBack(task)
  task.doing = step.do === 'wait' ? 'waiting' : 'ending'
  switch (step.do) {
    case 'wait':
      return waitForChange(task, deps, signal)
    case 'begin current':
      return beginLife(task, step, deps)
    case 'drain previous':
      if (step.isNewLog) beginLife(task, step, deps)
      return drain(task, true, deps, signal)
    case 'drain current':
      return drain(task, false, deps, signal)
    case 'finish':
      return finish(task, deps, signal)
    case 'read current':
      return deps.slots.take(task) ? follow(task, deps, signal) : pollLog(task, deps, signal)
  }
}

/** All that there is has been read. */
async function waitForChange(
  task: ContainerTask,
  { now }: ContainerDeps,
  signal: AbortSignal,
): Promise<void> {
  task.source.isFollowing = true
  await task.changed.next(signal)
  task.source.isFollowing = false
  task.source.readThroughUs = now() * 1000
}

/** Reads the log of a life that has ended, once and to its end. */
async function drain(
  task: ContainerTask,
  isPrevious: boolean,
  deps: ContainerDeps,
  signal: AbortSignal,
): Promise<void> {
  try {
    const reading = await readOnce(task, { isPrevious, tailLines: null, isFinal: true }, deps, signal)
    if (reading && !reading.isLost) markDrained(task, deps.sink)
    else if (!reading) await backOff(task, deps, signal)
  } catch (err) {
    if (isPrevious && isAbsent(err)) loseRest(task)
    else await afterFailure(err, task, deps, signal)
  }
}

/** The runtime has removed the life whose rest was to be read. */
function loseRest(task: ContainerTask): void {
  task.drainedId = task.source.containerId
  if (task.source.seen.resumeAt !== null) task.missing ??= 'missed_restarts'
}

function isAbsent(err: unknown): boolean {
  return err instanceof LogRefused && err.status === 400 && /not found|previous terminated/.test(err.message)
}

/** The last life: what the runtime had not written yet when it ended comes within moments. */
async function finish(task: ContainerTask, deps: ContainerDeps, signal: AbortSignal): Promise<void> {
  for (let quietReads = 0; quietReads < 2;) {
    if (quietReads > 0) await task.changed.next(signal, deps.timings.finalMs)
    if (signal.aborted || task.gone !== null) return
    const { seq } = task.source
    const isDrained = task.drainedId
    task.drainedId = null
    await drain(task, false, deps, signal)
    if (task.drainedId !== null) quietReads = task.source.seq === seq ? quietReads + 1 : 0
    task.drainedId ??= isDrained
  }
  task.source.isDone = true
  task.source.release()
  deps.sink.touch(task.source)
}

/** A stream that lived so long was none that failed. */
const soundMs = 10_000

async function follow(task: ContainerTask, deps: ContainerDeps, signal: AbortSignal): Promise<void> {
  task.doing = 'following'
  task.drainedId = null
  const startedMs = performance.now()
  const { cause, err, reading } = await followLog(task, deps, signal)
  deps.logMetrics.streamEnded(cause)
  if (reading && (reading.newLines > 0 || performance.now() - startedMs > soundMs)) task.failures = 0
  if (cause === 'broken' || cause === 'refused' || reading?.hasDiagnostic)
    return afterFailure(err, task, deps, signal)
  if (cause !== 'eof' || !reading) return
  if (!reading.hasLeftover && !task.source.seen.isUnproven) markDrained(task, deps.sink)
  await settle(task, deps, signal)
}

/** The container has ended, which will be told soon; or only the stream has, as streams do. */
async function settle(task: ContainerTask, { timings }: ContainerDeps, signal: AbortSignal): Promise<void> {
  const waitMs = Math.min(timings.retryMaxMs, timings.settleMs * 2 ** Math.min(task.failures, 10))
  const untilMs = performance.now() + waitMs * (1 + Math.random())
  task.failures += 1
  while (!signal.aborted && task.gone === null && nextStep(livesOf(task), task.state).do === 'read current') {
    const leftMs = untilMs - performance.now()
    if (leftMs <= 0) return
    await task.changed.next(signal, leftMs)
  }
}
