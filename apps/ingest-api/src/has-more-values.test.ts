import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hasMoreValues } from './has-more-values.ts'

function countOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const children = Object.values(value)
  return (
    1 + Math.max(children.length - 1, 0) + children.reduce<number>((sum, child) => sum + countOf(child), 0)
  )
}

test('commas and brackets are counted, but not those in strings', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), (value) => {
      const json = Buffer.from(JSON.stringify(value))
      const count = countOf(value)
      expect(hasMoreValues(json, count)).toBe(false)
      expect(hasMoreValues(json, count - 1)).toBe(true)
    }),
  )
})

test('text that is no JSON ends the count, not the process', () => {
  for (const text of ['"', '"\\', '"abc', '', '\\', ',,,"'])
    expect(hasMoreValues(Buffer.from(text), 3)).toBe(false)
})
