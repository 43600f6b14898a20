import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeMessage } from './decode-message.ts'

const shown = (message: string) =>
  decodeMessage(message)
    .map(({ text }) => text)
    .join('')

test('an ordinary line is one piece, markup and all', () => {
  expect(decodeMessage('<script>alert(1)</script> λ 🚀')).toEqual([
    { text: '<script>alert(1)</script> λ 🚀', style: '', isSign: false },
  ])
})

test('colours become styles, all else that a terminal obeys is left out', () => {
  expect(
    decodeMessage(
      '\u001b[31mred \u001b[1mbold\u001b[0m\u001b[2J\u001b]0;title\u0007 plain\u001b[38;5;12mblue',
    ),
  ).toEqual([
    { text: 'red ', style: 'ansi-red', isSign: false },
    { text: 'bold', style: 'ansi-red ansi-bold', isSign: false },
    { text: ' plain', style: '', isSign: false },
    { text: 'blue', style: 'ansi-blue', isSign: false },
  ])
})

test('what turns the direction of text, or has no width, is shown as what it is', () => {
  expect(shown('a\u202Eb\u2066c\u200Bd\uFEFFe')).toBe('a⟨U+202E⟩b⟨U+2066⟩c⟨U+200B⟩d⟨U+FEFF⟩e')
})

test('controls are shown as terminals echo them; line feeds and tabs stay', () => {
  expect(shown('a\0b\u0007c\rd\u007fe\u0085f\tg\nh')).toBe('a^@b^Gc^Md^?e⟨U+0085⟩f\tg\nh')
})

test('joined emoji stay joined', () => {
  expect(shown('👩‍👩‍👧 \u0007')).toBe('👩‍👩‍👧 ^G')
})

test('nothing of a line that can steer a page or a terminal is left', () => {
  const nasty = fc.string({
    unit: fc.constantFrom(
      '\u001b',
      '[',
      ']',
      '0',
      ';',
      '3',
      '8',
      'm',
      '\u0007',
      '\u202e',
      '\u009b',
      'a',
      '\\',
      '\0',
    ),
    maxLength: 40,
  })
  fc.assert(
    fc.property(nasty, (message) => {
      expect(shown(message)).not.toMatch(/[^\P{Cc}\t\n]|[\u202a-\u202e]/u)
    }),
  )
})
