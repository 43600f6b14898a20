import { expect, test } from 'vitest'
import { entryAt } from './entry-fixture.ts'
import { lineLink, linkedLine } from './line-link.ts'

test('a link to a line leads to its container, its time and itself', () => {
  const entry = entryAt(5)
  const { search } = new URL(lineLink(entry), 'http://x')
  expect(linkedLine(search)).toEqual({ id: entry.id, timestamp: entry.timestamp })
  expect(search).toContain('since=2026-11-27T11%3A59%3A35.000Z')
  expect(linkedLine('?line=x')).toBeUndefined()
})
