import type { Lifecycle } from '@logboom/service'

const everyMs = 1_000
const looks = 10

/** By how much, in milliseconds, the process came too late to anything within the last ten seconds. */
export function watchEventLoop(life: Lifecycle, now: () => number = () => performance.now()): () => number {
  const late: number[] = []
  let expectedMs = now() + everyMs
  const timer = setInterval(() => {
    late.push(now() - expectedMs)
    if (late.length > looks) late.shift()
    expectedMs = now() + everyMs
  }, everyMs)
  timer.unref()
  life.onClose('event loop watch', () => clearInterval(timer))
  return () => Math.max(0, now() - expectedMs, ...late)
}
