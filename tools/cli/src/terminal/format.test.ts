import { expect, test } from 'vitest'
import { compareTimes } from '../logs/compare-times.ts'
import { formatBytes, formatCount } from './format-size.ts'
import { formatAgo, formatSpan, formatTime } from './format-time.ts'
import { parseSpan } from './parse-span.ts'
import { renderTable } from './render-table.ts'

test.each([
  [0, '0 B'],
  [820, '820 B'],
  [1_434, '1.4 KiB'],
  [5 * 1024 ** 2, '5.0 MiB'],
  [300 * 1024 ** 3, '300 GiB'],
])('%d bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text))

test.each([
  [7, '7'],
  [1_234, '1 234'],
  [12_345_678, '12 345 678'],
])('%d is read as %s', (count, text) => expect(formatCount(count)).toBe(text))

test.each([
  [8, '8 s'],
  [250, '4 min'],
  [3 * 3_600, '3 h'],
  [12 * 86_400, '12 d'],
])('%d seconds are %s', (seconds, text) => expect(formatSpan(seconds)).toBe(text))

test('a time is shown in UTC or in the local zone, to the millisecond', () => {
  expect(formatTime('2026-01-15T10:30:00.123456789Z', 'utc')).toBe('2026-01-15 10:30:00.123Z')
  expect(formatTime('2026-01-15T10:30:00Z', 'utc')).toBe('2026-01-15 10:30:00.000Z')
  const local = formatTime('2026-01-15T10:30:00.5Z', 'local')
  expect(new Date(local.replace(' ', 'T')).toISOString()).toBe('2026-01-15T10:30:00.500Z')
  expect(formatAgo(null, 0)).toBe('never')
})

test('times of six and of nine digits are ordered by what they mean', () => {
  expect(compareTimes('2026-01-15T10:30:00.123456Z', '2026-01-15T10:30:00.123456000Z')).toBe(0)
  expect(compareTimes('2026-01-15T10:30:00Z', '2026-01-15T10:30:00.000000001Z')).toBe(-1)
  expect(compareTimes('2026-01-15T10:30:00.2Z', '2026-01-15T10:30:00.199999999Z')).toBe(1)
})

test.each([
  ['0', 0],
  ['90s', 90],
  ['1h30m', 5_400],
  ['30d', 2_592_000],
])('%s is a length of time', (text, seconds) => expect(parseSpan(text)).toBe(seconds))

test.each(['', 'h', '5', '-1h', '1.5h', '1y'])('%j is none', (text) =>
  expect(() => parseSpan(text)).toThrow('24h'),
)

test('a table has its columns below each other, and nothing that a terminal obeys', () => {
  const table = renderTable(
    [
      ['a', 1],
      ['\u001b[2J', null],
    ] as const,
    [
      { title: 'NAME', of: ([name]) => name },
      { title: 'N', of: ([, n]) => n, right: true },
    ],
  )
  expect(table).toBe('NAME     N\na        1\n\\x1b[2J  -\n')
})
