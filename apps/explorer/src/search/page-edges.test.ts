import { expect, test } from 'vitest'
import { edgeOf, reachOf } from './page-edges.ts'

const retention = { retention_seconds: 43_200, oldest_available: '2026-11-27T00:00:00.000000Z' }
const page = { retention, complete_until: '2026-11-27T11:59:50.000000000Z' }

test('older lines are said to be gone only where the search reached as far as there can be any', () => {
  expect(edgeOf(page, { since: '12h', until: '' }).kind).toBe('retention')
  expect(edgeOf(page, { since: '2026-11-26T10:00:00Z', until: '' }).kind).toBe('retention')
  expect(edgeOf(page, { since: '15m', until: '' })).toEqual({
    kind: 'begin',
    key: 'begin',
    since: '2026-11-27T11:45:00.000Z',
  })
})

test('how far the list is complete is said where lines may still come, and nowhere else', () => {
  expect(reachOf(page, { since: '1h', until: '' })).toBe(page.complete_until)
  expect(reachOf(page, { since: '1h', until: '2026-11-27T11:59:55Z' })).toBe(page.complete_until)
  expect(reachOf(page, { since: '1h', until: '30m' })).toBeUndefined()
  expect(reachOf({ ...page, complete_until: null }, { since: '1h', until: '' })).toBeUndefined()
})
