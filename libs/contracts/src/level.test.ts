import { expect, it } from 'vitest'
import { levelOfSeverity, levels, normaliseLevel, severityOf } from './level.ts'

it.each([
  ['warning', 'WARN'],
  ['Fatal', 'FATAL'],
  ['critical', 'FATAL'],
  [' info ', 'INFO'],
  ['err', 'ERROR'],
  ['30', 'INFO'],
  [30, 'INFO'],
  [60, 'FATAL'],
  [17, 'ERROR'],
  [24, 'FATAL'],
  [1, 'TRACE'],
] as const)('knows %j as %s', (level, expected) => {
  expect(normaliseLevel(level)).toBe(expected)
})

it.each(['', 'loud', '99', 70, 0, -5, 12.5 + 100])('does not make up a level for %j', (level) => {
  expect(normaliseLevel(level)).toBeNull()
})

it('finds the level of every stored severity', () => {
  for (const level of levels) expect(levelOfSeverity(severityOf[level])).toBe(level)
  expect(levelOfSeverity(0)).toBeNull()
})

it('counts FATAL as at least ERROR', () => {
  expect(severityOf.FATAL).toBeGreaterThan(severityOf.ERROR)
})
