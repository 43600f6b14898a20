import { expect, test } from 'vitest'
import { keyStateOf } from './key-state.ts'

const nowMs = Date.parse('2026-11-27T12:00:00Z')

test.each([
  ['works', { revoked_at: null, expires_at: null }],
  ['works', { revoked_at: null, expires_at: '2027-11-27T12:00:00Z' }],
  ['ends soon', { revoked_at: null, expires_at: '2026-11-28T12:00:00Z' }],
  ['expired', { revoked_at: null, expires_at: '2026-11-27T12:00:00Z' }],
  ['revoked', { revoked_at: '2026-11-27T11:00:00Z', expires_at: '2027-11-27T12:00:00Z' }],
])('%s', (words, key) => {
  expect(keyStateOf(key, nowMs).words).toBe(words)
})
