import { expect, test } from 'vitest'
import { describeRange, durationOf, moved, resolveRange, zoomedIn, zoomedOut } from './time-range.ts'

const now = Date.parse('2026-11-27T12:00:00Z')

test('relative times are known by their length, fixed ones have none', () => {
  expect(['15m', '1h30m', '2026-11-27T10:00:00Z', '15'].map(durationOf)).toEqual([
    900_000,
    5_400_000,
    undefined,
    undefined,
  ])
})

test('a range is told in words', () => {
  expect(describeRange({ since: '15m', until: '' }, 'utc')).toBe('Last 15 minutes')
  expect(describeRange({ since: '7m', until: '' }, 'utc')).toBe('Last 7 min')
  expect(describeRange({ since: '2026-11-27T10:00:00Z', until: '5m' }, 'utc')).toBe(
    '2026-11-27 10:00:00 UTC – 5m ago',
  )
})

test('a range within a day says the day once', () => {
  const range = { since: '2026-11-27T10:00:00Z', until: '2026-11-27T11:30:00Z' }
  expect(describeRange(range, 'utc')).toBe('2026-11-27 10:00:00 – 11:30:00 UTC')
})

test('zooming out doubles a range and does not reach into the future', () => {
  const { from, to } = resolveRange({ since: '1h', until: '' }, now)
  const range = zoomedOut(from, to, now)
  expect(range).toEqual({ since: '2026-11-27T10:00:00.000Z', until: '2026-11-27T12:00:00.000Z' })
})

test('zooming in keeps the middle half, and moving keeps the length', () => {
  expect(zoomedIn(now - 3_600_000, now)).toEqual({
    since: '2026-11-27T11:15:00.000Z',
    until: '2026-11-27T11:45:00.000Z',
  })
  expect(moved(now - 3_600_000, now, -1)).toEqual({
    since: '2026-11-27T10:30:00.000Z',
    until: '2026-11-27T11:30:00.000Z',
  })
})
