import { afterFailure } from './after-failure.ts'
import type { ContainerDeps } from './container-deps.ts'
import type { ContainerTask } from './container-task.ts'
import { readOnce } from './read-once.ts'

export interface PollTimings {
  pollMinMs: number
  pollMaxMs: number
}

const tailLines = 2_000

/**
 * Reads the log of a container for which no stream is left, when its turn has come: soon again when it brought lines,
 * later and later when it brings none.
 */
export async function pollLog(task: ContainerTask, deps: ContainerDeps, signal: AbortSignal): Promise<void> {
  task.doing = 'polling'
  const waitMs = task.pollAtMs - performance.now()
  if (waitMs > 0) return task.changed.next(signal, waitMs)
  const { pollMinMs, pollMaxMs } = deps.timings
  const before = task.source.seq
  try {
    await readNews(task, deps, signal)
    const isQuiet = task.source.seq === before
    task.pollMs = isQuiet ? Math.min(pollMaxMs, Math.max(pollMinMs, task.pollMs * 1.5)) : pollMinMs
  } catch (err) {
    await afterFailure(err, task, deps, signal)
  }
  task.pollAtMs = performance.now() + task.pollMs * (0.9 + Math.random() / 10)
}

/** The end of the log, which costs the kubelet little; all of it where the end does not reach back to what is known. */
async function readNews(task: ContainerTask, deps: ContainerDeps, signal: AbortSignal): Promise<void> {
  const query = { isPrevious: false, isFinal: false }
  if (!task.isFreshLife) {
    const tail = await readOnce(task, { ...query, tailLines }, deps, signal)
    if (!tail?.needsWhole) return
  }
  const whole = await readOnce(task, { ...query, tailLines: null }, deps, signal)
  if (whole?.isLost) await readOnce(task, { ...query, tailLines: null }, deps, signal)
}
