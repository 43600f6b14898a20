import { expect, test } from 'vitest'
import { gapBetween } from './entry-fixture.ts'
import { describeGap } from './gap-words.ts'

test('a gap says how much is missing, how sure that is, and why', () => {
  const gap = { ...gapBetween(1, 2), lines: 1250, bytes: 412_000 }
  expect(describeGap(gap)).toBe(
    '1,250 lines (402 KiB) are missing: the log was rotated away before it could be read',
  )
  expect(describeGap({ ...gap, exact: false })).toMatch(/^About 1,250 lines/)
  expect(describeGap({ ...gap, lines: null, bytes: null })).toMatch(/^An unknown number of lines is missing/)
  expect(describeGap({ ...gap, lines: 1, bytes: null })).toMatch(/^1 line is missing/)
})
