import type { LogHistogram } from '@logboom/contracts'
import { expect, test } from 'vitest'
import { layoutHistogram, layoutTicks } from './layout-histogram.ts'

const levels = { TRACE: 0, DEBUG: 0, INFO: 0, WARN: 0, ERROR: 0, FATAL: 0, none: 0 }
const histogram: LogHistogram = {
  interval_seconds: 60,
  since: '2026-11-27T12:00:30Z',
  until: '2026-11-27T12:02:30Z',
  buckets: [
    { time: '2026-11-27T12:00:00Z', total: 2, levels: { ...levels, INFO: 2 } },
    { time: '2026-11-27T12:01:00Z', total: 4, levels: { ...levels, INFO: 3, ERROR: 1 } },
    { time: '2026-11-27T12:02:00Z', total: 0, levels },
  ],
  total: 6,
  total_is_exact: true,
  retention: { retention_seconds: 43_200, oldest_available: '2026-11-27T00:00:00Z' },
  complete_until: null,
  agents: [],
}

test('bars fill the range, the first and the last as far as the range reaches', () => {
  const { bars, peak } = layoutHistogram(histogram)
  expect(bars.map(({ x, width }) => [x, width])).toEqual([
    [0, 0.25],
    [0.25, 0.5],
    [0.75, 0.25],
  ])
  expect(peak).toBe(4)
})

test('levels stand on each other, the worst at the bottom', () => {
  const { bars } = layoutHistogram(histogram)
  expect(bars[1]?.parts).toEqual([
    { level: 'ERROR', count: 1, height: 0.25, y: 0.75 },
    { level: 'INFO', count: 3, height: 0.75, y: 0 },
  ])
})

test('what was not counted, and what may still come, is known', () => {
  const { uncountedUntil, completeUntil } = layoutHistogram({
    ...histogram,
    total_is_exact: false,
    counted_from: '2026-11-27T12:01:30Z',
    complete_until: '2026-11-27T12:02:00Z',
  })
  expect([uncountedUntil, completeUntil]).toEqual([0.5, 0.75])
})

test('ticks stand at round times', () => {
  const ticks = layoutTicks(Date.parse(histogram.since), Date.parse(histogram.until), 'utc')
  expect(ticks.map(({ words }) => words)).toEqual(['12:00:30', '12:01:00', '12:01:30', '12:02:00'])
  expect(layoutTicks(0, 12 * 3_600_000, 'utc').map(({ words }) => words)).toEqual([
    '00:00',
    '02:00',
    '04:00',
    '06:00',
    '08:00',
    '10:00',
  ])
})
