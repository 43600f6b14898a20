import { expect, test } from 'vitest'
import { formatClock, formatDay, formatExactTime, formatMoment } from './format-time.ts'

const time = '2026-11-27T14:03:27.123456789Z'

test('times are shown as they are, without rounding', () => {
  expect(formatClock(time, 'utc')).toBe('14:03:27.123')
  expect(formatDay(time, 'utc')).toBe('2026-11-27')
  expect(formatMoment(time, 'utc')).toBe('2026-11-27 14:03:27 UTC')
  expect(formatExactTime(time, 'utc')).toBe('2026-11-27 14:03:27.123456789 UTC')
})

test('local times say how far they are from UTC', () => {
  expect(formatMoment(time, 'local')).toMatch(/^2026-11-2\d \d\d:\d3:27 [+−]\d\d:\d\d$/)
})
