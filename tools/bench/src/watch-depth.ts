import { setTimeout as wait } from 'node:timers/promises'
import { openJobs } from '@logboom/system'
import type { Redis } from 'ioredis'

/** How many batches wait or are being written, looked at again and again. */
export interface DepthWatch {
  now(): number
  /** One look after the other since the watch began: milliseconds, jobs. */
  readonly samples: readonly { ms: number; jobs: number }[]
  /** Ends the watch. */
  stop(): Promise<void>
}

const everyMs = 20

export function watchDepth(redis: Redis): DepthWatch {
  const samples: { ms: number; jobs: number }[] = []
  const ended = new AbortController()
  const startedMs = performance.now()
  const watching = (async () => {
    while (!ended.signal.aborted) {
      // a look that takes too long, while this process makes batches, tells nothing
      const jobs = await openJobs(redis).catch(() => null)
      if (jobs !== null) samples.push({ ms: Math.round(performance.now() - startedMs), jobs })
      await wait(everyMs)
    }
  })()
  return {
    now: () => samples.at(-1)?.jobs ?? 0,
    samples,
    async stop() {
      ended.abort()
      await watching
    },
  }
}
