import { expect, test } from 'vitest'
import { formatDuration } from './format-duration.ts'

test.each([
  [0, '0 s'],
  [0.42, '0.4 s'],
  [12.6, '13 s'],
  [200, '3 min 20 s'],
  [7200, '2 h'],
  [275_000, '3 d 4 h'],
])('%d seconds are told in the units that matter', (seconds, words) => {
  expect(formatDuration(seconds)).toBe(words)
})
