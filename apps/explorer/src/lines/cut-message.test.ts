import { expect, test } from 'vitest'
import { cutMessage, markMessage } from './cut-message.ts'
import { matcherOf } from './find-matches.ts'

const textOf = (pieces: { text: string }[]) => pieces.map(({ text }) => text).join('')

test('a line of 64 KiB is cut so that the match can be seen', () => {
  const line = `${'x'.repeat(30_000)}needle${'y'.repeat(35_000)}`
  const pieces = cutMessage(line, matcherOf('NEEDLE'))
  expect(textOf(pieces).length).toBeLessThan(520)
  expect(pieces.filter(({ isMatch }) => isMatch).map(({ text }) => text)).toEqual(['needle'])
})

test('a cut does not split a character', () => {
  expect(textOf(cutMessage('🚀'.repeat(400), matcherOf('')))).toMatch(/^(🚀)+ …$/u)
})

test('several lines stand in one row', () => {
  expect(textOf(cutMessage('a\nb\n', matcherOf('')))).toBe('a⏎b')
})

test('a match may reach over colours', () => {
  const pieces = markMessage('time\u001b[31mout now', matcherOf('timeout'))
  expect(pieces.map(({ text, style, isMatch }) => [text, style, isMatch])).toEqual([
    ['time', '', true],
    ['out', 'ansi-red', true],
    [' now', 'ansi-red', false],
  ])
})
