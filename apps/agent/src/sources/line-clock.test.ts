import { compareTimes } from '@logboom/contracts'
import { expect, test } from 'vitest'
import { createLineClock } from './line-clock.ts'

test('lines of one moment are a nanosecond apart, across microseconds too', () => {
  const clock = createLineClock(null)
  const times = Array.from({ length: 2_500 }, () => clock.next(5))
  expect(times[0]).toEqual({ us: 5_000, ns: 0 })
  expect(times[2_499]).toEqual({ us: 5_002, ns: 499 })
})

test('a clock that steps back a little does not take the lines with it', () => {
  const clock = createLineClock(null)
  const before = clock.next(100_000)
  expect(clock.next(90_000)).toEqual({ us: before.us, ns: 1 })
  expect(clock.next(100_001)).toEqual({ us: 100_001_000, ns: 0 })
})

test('a clock that was set right after being far ahead is followed: lines in the future would be refused', () => {
  const clock = createLineClock({ us: 7_200e6, ns: 0 })
  expect(clock.next(1_000)).toEqual({ us: 1e6, ns: 0 })
})

test('after a restart no time comes twice', () => {
  const last = createLineClock(null).next(9)
  expect(compareTimes(createLineClock(last).next(9), last)).toBeGreaterThan(0)
})
