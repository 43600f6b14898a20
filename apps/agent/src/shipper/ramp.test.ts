import { expect, test } from 'vitest'
import { createRamp } from './ramp.ts'

test('more requests go at once while all goes well, one at a time after a failure', () => {
  const ramp = createRamp('i', () => 0)
  const windows = Array.from({ length: 12 }, () => {
    ramp.accepted(0)
    return ramp.window()
  })
  expect(windows[0]).toBe(2)
  expect(windows.at(-1)).toBe(4)
  ramp.failed()
  expect(ramp.window()).toBe(1)
  ramp.accepted(5_000)
  expect([ramp.window(), ramp.delayMs()]).toEqual([1, 0])
})

test('after an outage, agents come back spread over ten seconds, each at its own time', () => {
  const delays = Array.from({ length: 1_000 }, (_, n) => {
    const ramp = createRamp(`instance ${n}`, () => 0)
    ramp.accepted(60_000)
    return ramp.delayMs()
  })
  expect(Math.max(...delays)).toBeLessThan(10_000)
  for (let second = 0; second < 10; second += 1) {
    const inSecond = delays.filter((ms) => Math.floor(ms / 1_000) === second).length
    expect(inSecond).toBeGreaterThan(50)
    expect(inSecond).toBeLessThan(200)
  }
})
