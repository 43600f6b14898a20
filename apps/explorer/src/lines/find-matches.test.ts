import { expect, test } from 'vitest'
import { matcherOf } from './find-matches.ts'

test('text is found in any case, wherever it is, and means nothing but itself', () => {
  expect(matcherOf('a.b')('A.B axb a.b')).toEqual([
    [0, 3],
    [8, 11],
  ])
})

test('an expression is found as it is written', () => {
  expect(matcherOf('/time\\w+/')('Timeout timeout')).toEqual([[8, 15]])
  expect(matcherOf('/(?i)time/')('Time')).toEqual([[0, 4]])
})

test.each(['/(a+)+$/', '/a*a*a*b/', '/(x|y)*z/', '/(?P<n>a)/', '/[/'])(
  'an expression that could run away, or that browsers do not know, marks nothing: %s',
  (q) => {
    expect(matcherOf(q)('a'.repeat(5000))).toEqual([])
  },
)
