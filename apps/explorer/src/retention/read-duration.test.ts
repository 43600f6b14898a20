import { expect, test } from 'vitest'
import { readDuration } from './read-duration.ts'

test.each([
  ['12', 43_200],
  ['12h', 43_200],
  ['1.5 h', 5_400],
  ['90 min', 5_400],
  ['90m', 5_400],
  ['7 d', 604_800],
  ['45 s', 45],
  ['3 d 4 h', 273_600],
  ['1h30min', 5_400],
])('%j is %d seconds', (text, seconds) => {
  expect(readDuration(text)).toBe(seconds)
})

test.each(['', 'soon', '12 weeks', '-1 h', 'h', '1h x'])('%j is no duration', (text) => {
  expect(readDuration(text)).toBeUndefined()
})
