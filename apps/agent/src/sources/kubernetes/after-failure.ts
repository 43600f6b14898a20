import { pause } from '../../wake-up.ts'
import type { ContainerDeps } from './container-deps.ts'
import type { ContainerTask } from './container-task.ts'
import { LogRefused } from './request-log.ts'

/** Waits as long as what went wrong asks for. */
export async function afterFailure(
  err: unknown,
  task: ContainerTask,
  deps: ContainerDeps,
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted) return
  const { namespace } = task.source.names
  if (err instanceof LogRefused && err.status === 403) return deps.forbidden.wait(namespace, err, signal)
  deps.log.debug('a container log could not be read', { ...task.source.names, labels: undefined, err })
  await backOff(task, deps, signal)
}

/** Something that changes ends the wait, though not at once: pods may change many times a second. */
export async function backOff(
  task: ContainerTask,
  { timings }: ContainerDeps,
  signal: AbortSignal,
): Promise<void> {
  const { retryBaseMs, retryMaxMs } = timings
  const stepMs = Math.min(retryMaxMs, retryBaseMs * 2 ** Math.min(task.failures, 20))
  const waitMs = stepMs * (0.5 + Math.random() / 2)
  task.failures += 1
  await pause(Math.min(waitMs, retryBaseMs * 4), signal)
  if (waitMs > retryBaseMs * 4) await task.changed.next(signal, waitMs - retryBaseMs * 4)
}
