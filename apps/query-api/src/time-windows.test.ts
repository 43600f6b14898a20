import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createTimeWindows } from './time-windows.ts'
import type { TimeWindow } from './time-windows.ts'

function allOf(range: TimeWindow, order: 'asc' | 'desc', nowUs: number, tookMs: () => number): TimeWindow[] {
  const windows = createTimeWindows(range, { order, nowUs })
  const all: TimeWindow[] = []
  for (let window = windows.next(0); window; window = windows.next(tookMs())) all.push(window)
  return all
}

const hourUs = 3_600e6

test('twelve empty hours are six windows', () => {
  expect(allOf({ fromUs: 0, toUs: 12 * hourUs }, 'desc', 12 * hourUs, () => 1)).toHaveLength(6)
  expect(allOf({ fromUs: 0, toUs: 12 * hourUs }, 'asc', 12 * hourUs, () => 1)).toHaveLength(6)
})

test('the first window of the newest reaches two seconds back from now, and over all of the future', () => {
  const [first] = allOf({ fromUs: 0, toUs: 14 * hourUs }, 'desc', 12 * hourUs, () => 1)
  expect(first).toEqual({ fromUs: 12 * hourUs - 2e6, toUs: 14 * hourUs })
})

test('windows that cost much become narrower', () => {
  const windows = allOf({ fromUs: 0, toUs: 60e6 }, 'asc', 60e6, () => 1_500)
  expect(windows[1]).toEqual({ fromUs: 2e6, toUs: 2.5e6 })
})

test('windows cover a range once, without holes, in order', () => {
  const range = fc
    .tuple(fc.nat(1e12), fc.nat(1e9))
    .map(([fromUs, length]) => ({ fromUs, toUs: fromUs + length }))
  fc.assert(
    fc.property(
      range,
      fc.constantFrom('asc', 'desc'),
      fc.nat(2e12),
      fc.infiniteStream(fc.nat(300)),
      (span, order, nowUs, costs) => {
        const windows = allOf(span, order, nowUs, () => costs.next().value ?? 0)
        const inTime = order === 'asc' ? windows : windows.toReversed()
        let edge = span.fromUs
        for (const { fromUs, toUs } of inTime) {
          expect(fromUs).toBe(edge)
          expect(toUs).toBeGreaterThan(fromUs)
          expect(Number.isInteger(toUs)).toBe(true)
          edge = toUs
        }
        expect(edge).toBe(span.toUs)
      },
    ),
    { numRuns: 200 },
  )
})
