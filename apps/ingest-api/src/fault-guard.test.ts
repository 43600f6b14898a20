import { expect, test } from 'vitest'
import { createFaultGuard } from './fault-guard.ts'

test('turns one agent away for as long as it was told, and no other', () => {
  let nowMs = 1_000
  const guard = createFaultGuard(() => nowMs)
  guard.block('a', 6)
  expect([guard.blockedS('a'), guard.blockedS('b')]).toEqual([6, 0])
  nowMs += 5_001
  expect(guard.blockedS('a')).toBe(1)
  nowMs += 999
  expect(guard.blockedS('a')).toBe(0)
})
