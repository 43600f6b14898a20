import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anyText } from './any-text-fixture.ts'
import { neutralise, neutraliseJson, neutraliseLines } from './neutralise.ts'

// oxlint-disable-next-line no-control-regex -- these must not survive
const harmful = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|\p{Cs}/u

test('no control character, turn of direction or half of a character survives, whatever the text', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      expect(neutralise(text)).not.toMatch(harmful)
    }),
  )
})

test('several lines stay lines, and none but the first begins where a line of ours would', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const [first = '', ...others] = neutraliseLines(text).split('\n')
      expect(others.filter((line) => !line.startsWith('    '))).toEqual([])
      expect(first + others.join('')).not.toMatch(harmful)
    }),
  )
})

test('JSON means the same as before, and has nothing in it that a terminal obeys', () => {
  fc.assert(
    fc.property(fc.jsonValue(), anyText, (value, text) => {
      const shown = neutraliseJson(JSON.stringify({ value, text }, null, 2))
      expect(JSON.parse(shown)).toEqual(JSON.parse(JSON.stringify({ value, text })))
      expect(shown.replaceAll('\n', '')).not.toMatch(harmful)
    }),
  )
})

test.each([
  ['\u001b[31mred\u001b[0m', 'red'],
  ['\u001b[2J\u001b]0;title\u0007', '\\x1b[2J\\x1b]0;title\\x07'],
  ['\u009b31m', '\\x9b31m'],
  ['safe\u202eexe', 'safe\\u202eexe'],
  ['a\tb', 'a    b'],
  ['\u001b\u001b[0m[2J', '\\x1b[2J'],
  ['naïve 日本 👩‍👩‍👧 ✓', 'naïve 日本 👩‍👩‍👧 ✓'],
  ['\u{e0041}', '\\u{e0041}'],
])('%j is shown as %j', (text, shown) => expect(neutralise(text)).toBe(shown))
