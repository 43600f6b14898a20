import { setTimeout as wait } from 'node:timers/promises'

export interface Repeated {
  everyMs: number
  /** After an error, and when the task says that it is not done; never longer than `everyMs`. */
  retryMs: number
  task: () => Promise<boolean>
  onError: (error: unknown) => void
}

/** Runs a task again and again, from start to start, until the signal is aborted; never beside itself. */
export async function repeat(
  { everyMs, retryMs, task, onError }: Repeated,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const startedMs = Date.now()
    const isDone = await task().catch((error: unknown) => {
      if (!signal.aborted) onError(error)
      return false
    })
    const untilMs = isDone ? Math.max(0, startedMs + everyMs - Date.now()) : Math.min(everyMs, retryMs)
    await wait(untilMs, undefined, { signal }).catch(() => undefined)
  }
}
