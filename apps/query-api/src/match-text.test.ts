import { describe, expect, test } from 'vitest'
import { parseTextMatch, patternCharsMax } from './match-text.ts'

function matches(q: string, message: string): boolean {
  const match = parseTextMatch(q)
  if ('text' in match) throw new Error('PostgreSQL would judge this')
  return match.matches(message)
}

test('a substring is left to PostgreSQL', () => {
  expect(parseTextMatch('Time-out 100%_')).toEqual({ text: 'Time-out 100%_' })
  expect(parseTextMatch('/')).toEqual({ text: '/' })
  expect(parseTextMatch('//')).toEqual({ text: '//' })
})

test('letters beyond ASCII match in any case, whatever the collation of the database', () => {
  expect(matches('ÜBERLAUF', 'Speicher: überlauf')).toBe(true)
  expect(matches('überlauf', 'SPEICHERÜBERLAUF')).toBe(true)
  expect(matches('ü', 'u')).toBe(false)
})

test('an expression is of RE2 and minds case unless told otherwise', () => {
  expect(matches('/time-?out \\d+/', 'a timeout 42 here')).toBe(true)
  expect(matches('/TIMEOUT/', 'timeout')).toBe(false)
  expect(matches('/(?i)TIMEOUT/', 'timeout')).toBe(true)
  expect(matches('/^a.c$/', 'abc')).toBe(true)
  expect(matches('/^a.c$/', 'xabc')).toBe(false)
})

test.each(['/(/', '/a(?=b)/', '/(a)\\1/', '/[z-a]/', '/a{1001}/', '/*/'])('%s is refused', (q) => {
  expect(() => parseTextMatch(q)).toThrow(RangeError)
})

test('expressions that would cost much are refused', () => {
  expect(() => parseTextMatch(`/${'a'.repeat(patternCharsMax)}/`)).toThrow('longer')
  expect(() => parseTextMatch('/(a?){500}a{500}/')).toThrow('too large')
  expect(() => parseTextMatch('/(((a{10}){10}){10}){10}/')).toThrow(RangeError)
})

describe('64 KiB take less than 50 ms', () => {
  const long = `${'a'.repeat(65_535)}!`
  test.each([
    '(a+)+$',
    '^(a|a)*$',
    '(.*)(.*)(.*)(.*)[a-z]$',
    '(x+x+)+y',
    '(a|aa)+$',
    'a{200}$',
    '(a?){60}a{60}$',
    '([a-z]+)*\\d',
  ])('%s', (expression) => {
    matches(`/${expression}/`, 'warm')
    const startedMs = performance.now()
    expect(matches(`/${expression}/`, long)).toBe(false)
    expect(performance.now() - startedMs).toBeLessThan(50)
  })
})
