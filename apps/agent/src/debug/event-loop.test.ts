import { createLifecycle, createLogger } from '@logboom/service'
import { PassThrough } from 'node:stream'
import { afterEach, expect, test, vi } from 'vitest'
import { watchEventLoop } from './event-loop.ts'

afterEach(() => vi.useRealTimers())

test('work that came too late shows at once, is remembered for ten seconds and then forgotten', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const life = createLifecycle(createLogger('agent', { level: 'info', destination: new PassThrough() }), {
    graceMs: 1_000,
  })
  let nowMs = 0
  const lateMs = watchEventLoop(life, () => nowMs)
  const pass = (seconds: number) => {
    for (let second = 0; second < seconds; second += 1) {
      nowMs += 1_000
      vi.advanceTimersByTime(1_000)
    }
  }
  pass(3)
  expect(lateMs()).toBe(0)
  nowMs += 7_000 // nothing runs
  expect(lateMs()).toBe(6_000)
  vi.advanceTimersByTime(1_000)
  pass(9)
  expect(lateMs()).toBe(6_000)
  pass(1)
  expect(lateMs()).toBe(0)
  await life.stop('test')
})
