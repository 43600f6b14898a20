import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareTimes, formatMicros, formatTimestamp, parseTimestamp } from './timestamp.ts'

describe('parseTimestamp', () => {
  it('keeps every nanosecond of any time that formatTimestamp writes', () => {
    const us = fc.maxSafeInteger()
    fc.assert(
      fc.property(us, fc.integer({ min: 0, max: 999 }), (us, ns) => {
        expect(parseTimestamp(formatTimestamp({ us, ns }))).toEqual({ us, ns })
      }),
    )
  })

  it.each([
    ['2025-01-15T10:30:00.123456789Z', 1_736_937_000_123_456, 789],
    ['2025-01-15T10:30:00Z', 1_736_937_000_000_000, 0],
    ['2025-01-15t12:30:00.1+02:00', 1_736_937_000_100_000, 0],
    ['2025-01-15T05:00:00.000001-0530', 1_736_937_000_000_001, 0],
    ['2025-01-15 10:30:00,5Z', 1_736_937_000_500_000, 0],
    ['2025-01-15T10:30:00.1234567891234Z', 1_736_937_000_123_456, 789],
    ['2016-12-31T23:59:60Z', 1_483_228_799_000_000, 0],
  ])('reads %s', (text, us, ns) => {
    expect(parseTimestamp(text)).toEqual({ us, ns })
  })

  it.each([
    '',
    'now',
    '2025-01-15',
    '2025-02-30T00:00:00Z',
    '2025-13-01T00:00:00Z',
    '2025-01-15T25:00:00Z',
    '1736937000',
  ])('refuses %j', (text) => {
    expect(parseTimestamp(text)).toBeNull()
  })
})

describe('formatting', () => {
  it('writes nine digits for people and six for PostgreSQL', () => {
    const time = { us: 1_736_937_000_000_042, ns: 7 }
    expect(formatTimestamp(time)).toBe('2025-01-15T10:30:00.000042007Z')
    expect(formatMicros(time.us)).toBe('2025-01-15T10:30:00.000042Z')
  })

  it('orders by nanosecond', () => {
    expect(compareTimes({ us: 5, ns: 1 }, { us: 5, ns: 2 })).toBeLessThan(0)
    expect(compareTimes({ us: 6, ns: 0 }, { us: 5, ns: 999 })).toBeGreaterThan(0)
  })
})
