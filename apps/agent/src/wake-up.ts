import { setTimeout as wait } from 'node:timers/promises'

/** Lets one loop sleep until another has something for it. */
export interface WakeUp {
  ring(): void
  /** Resolves at the next ring, after `timeoutMs`, or when `signal` is aborted; at once if it rang since the last wait. */
  next(signal: AbortSignal, timeoutMs?: number): Promise<void>
}

export function createWakeUp(): WakeUp {
  let rang = false
  let sleeper = Promise.withResolvers<void>()
  return {
    ring() {
      rang = true
      sleeper.resolve()
    },
    async next(signal, timeoutMs) {
      if (!rang && !signal.aborted) {
        const wake = () => sleeper.resolve()
        const timer = timeoutMs === undefined ? undefined : setTimeout(wake, timeoutMs)
        signal.addEventListener('abort', wake)
        await sleeper.promise
        signal.removeEventListener('abort', wake)
        clearTimeout(timer)
      }
      rang = false
      sleeper = Promise.withResolvers<void>()
    },
  }
}

/** Sleeps for `ms` or until `signal` is aborted, whichever comes first. Never rejects. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal }).catch(() => undefined)
}
