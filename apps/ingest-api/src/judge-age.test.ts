import { describe, expect, test } from 'vitest'
import { clockShiftUs, judgeAge } from './judge-age.ts'

const hourUs = 3_600e6
const receivedUs = 1_772_366_400_000_000
const bounds = { retentionUs: 12 * hourUs, futureSkewUsMax: hourUs }

function judge(ageUs: number, skewUs: number | null = null) {
  const sentUs = skewUs === null ? null : receivedUs + skewUs
  return judgeAge({ us: (sentUs ?? receivedUs) - ageUs, ns: 0 }, { sentUs, receivedUs }, bounds)
}

describe('without the clock of the sender', () => {
  test('an entry is fresh up to the retention and up to the skew, to the microsecond', () => {
    expect(judge(12 * hourUs)).toBe('fresh')
    expect(judge(12 * hourUs + 1)).toBe('expired')
    expect(judge(-hourUs)).toBe('fresh')
    expect(judge(-hourUs - 1)).toBe('in_future')
  })
})

describe('with the clock of the sender', () => {
  test.each([-47, -13, 5, 47])('a skew of %i h loses nothing and lets nothing more in', (hours) => {
    expect(judge(hourUs, hours * hourUs)).toBe('fresh')
    expect(judge(12 * hourUs + 1, hours * hourUs)).toBe('expired')
    expect(judge(-hourUs - 1, hours * hourUs)).toBe('in_future')
  })

  test('a clock that is more than two days off loses nothing either, but is not taken for ours', () => {
    expect(judge(hourUs, -490_000 * hourUs)).toBe('fresh')
    expect(judge(hourUs, 49 * hourUs)).toBe('fresh')
    const receivedUs = 1_000_000 * hourUs
    expect(clockShiftUs({ sentUs: 0, receivedUs })).toBe(receivedUs)
    expect(clockShiftUs({ sentUs: receivedUs - 47 * hourUs, receivedUs })).toBe(0)
    expect(clockShiftUs({ sentUs: null, receivedUs })).toBe(0)
  })
})
