import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chooseInterval } from './choose-interval.ts'

const [minute, hour, day] = [60e6, 3_600e6, 86_400e6]

test.each([
  [1, 60, 1],
  [15 * minute, 60, 15],
  [hour, 60, 60],
  [hour, 59, 120],
  [6 * hour, 60, 360],
  [7 * hour, 60, 600],
  [12 * hour, 60, 720],
  [12 * hour, 1, 43_200],
  [day, 48, 1_800],
  [day, 1, 86_400],
  [90 * day, 60, 172_800],
  [Number.MAX_SAFE_INTEGER, 1, 200_000 * 86_400],
])('%i µs in %i buckets are intervals of %i s', (lengthUs, buckets, seconds) => {
  expect(chooseInterval(lengthUs, buckets)).toBe(seconds)
})

test('wherever a window begins, it has at most one bucket more than asked for', () => {
  const windows = fc.tuple(
    fc.nat(2e15),
    fc.integer({ min: 1, max: 9e13 }),
    fc.integer({ min: 1, max: 1_000 }),
  )
  fc.assert(
    fc.property(windows, ([fromUs, lengthUs, buckets]) => {
      const intervalUs = chooseInterval(lengthUs, buckets) * 1e6
      const count = Math.ceil((fromUs + lengthUs) / intervalUs) - Math.floor(fromUs / intervalUs)
      expect(count).toBeLessThanOrEqual(buckets + 1)
    }),
  )
})
