import fc from 'fast-check'
import { expect, it } from 'vitest'
import { byteLength, cleanText, cutBytes } from './text.ts'

it('cuts on a code point, never above the bound and never further than needed', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.nat(64), (text, bytesMax) => {
      const cut = cutBytes(text, bytesMax)
      expect(text.startsWith(cut)).toBe(true)
      expect(byteLength(cut)).toBeLessThanOrEqual(bytesMax)
      expect(cut.isWellFormed()).toBe(true)
      const next = text.slice(cut.length).codePointAt(0)
      const longer = next === undefined ? bytesMax + 1 : byteLength(cut + String.fromCodePoint(next))
      expect(longer).toBeGreaterThan(bytesMax)
    }),
  )
})

it('replaces what PostgreSQL cannot hold and nothing else', () => {
  expect(cleanText('a\0b\ud800c')).toBe('a\u{fffd}b\u{fffd}c')
  expect(cleanText('\u{1b}[31mrot\u{202e}\r\n')).toBe('\u{1b}[31mrot\u{202e}\r\n')
})
