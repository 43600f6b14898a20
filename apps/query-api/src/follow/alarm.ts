/** Lets a loop wait until something happens. */
export interface Alarm {
  ring(): void
  /** Until it rings, or rang since the last wait, or the time is over. */
  wait(ms: number, signal: AbortSignal): Promise<void>
  /** Until the time is over, whatever rings. */
  rest(ms: number, signal: AbortSignal): Promise<void>
}

export function createAlarm(): Alarm {
  let rang = false
  let waker: (() => void) | null = null

  async function sleep(ms: number, signal: AbortSignal, canBeWoken: boolean): Promise<void> {
    if (signal.aborted || ms <= 0) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const wake = () => resolve()
    const timer = setTimeout(wake, ms)
    signal.addEventListener('abort', wake, { once: true })
    if (canBeWoken) waker = wake
    await promise
    clearTimeout(timer)
    signal.removeEventListener('abort', wake)
  }

  return {
    ring() {
      rang = true
      waker?.()
    },
    async wait(ms, signal) {
      if (!rang) await sleep(ms, signal, true)
      waker = null
      rang = false
    },
    rest: (ms, signal) => sleep(ms, signal, false),
  }
}
