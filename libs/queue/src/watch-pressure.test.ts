import { describe, expect, test } from 'vitest'
import { judgePressure } from './watch-pressure.ts'

describe('pressure', () => {
  const bounds = { memoryShareMax: 0.6, jobsMax: 10 }
  const calm = { usedBytes: 599, maxBytes: 1_000, jobs: 9, away: false }

  test('is none below both bounds', () => {
    expect(judgePressure(calm, bounds)).toEqual({
      overloaded: false,
      retryAfterS: 0,
      usedBytes: 599,
      maxBytes: 1_000,
      jobs: 9,
    })
  })

  test.each([
    ['memory', { usedBytes: 600 }],
    ['jobs', { jobs: 10 }],
    ['redis_away', { away: true }],
  ])('says %s, and when to come back', (reason, change) => {
    const pressure = judgePressure({ ...calm, ...change }, bounds)
    expect(pressure).toMatchObject({ overloaded: true, reason })
    expect(pressure.retryAfterS).toBeGreaterThan(0)
  })
})
