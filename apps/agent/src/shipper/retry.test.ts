import { expect, test } from 'vitest'
import type { RetryVerdict } from './judge-answer.ts'
import { createRequestBudget } from './request-budget.ts'
import { readRetryAfter } from './retry-after.ts'
import { retryDelayMs } from './retry-delay.ts'

const now = Date.parse('2026-11-21T09:13:00Z')
const retryAfter = (text: string, date?: string) =>
  readRetryAfter({ 'retry-after': text, ...(date !== undefined && { date }) }, now)

test('Retry-After is read as seconds or as a date by the broker’s own clock, and capped at 15 minutes', () => {
  expect(retryAfter('120')).toBe(120_000)
  expect(retryAfter('86400')).toBe(900_000)
  expect(retryAfter('Sat, 21 Nov 2026 09:14:00 GMT')).toBe(60_000)
  expect(retryAfter('Sat, 21 Nov 2026 09:14:00 GMT', 'Sat, 21 Nov 2026 09:13:50 GMT')).toBe(10_000)
  expect(retryAfter('Sat, 21 Nov 2026 09:00:00 GMT')).toBe(0)
  expect(retryAfter('Sun, 22 Nov 2026 09:00:00 GMT')).toBe(900_000)
  for (const nonsense of ['', 'soon', 'soon 5', '-1', '1.5', '99999999999'])
    expect(retryAfter(nonsense)).toBeNull()
  expect(readRetryAfter({}, now)).toBeNull()
})

const pace = { baseMs: 1_000, maxMs: 60_000, credentialMs: 30_000 }
const verdict = (it: Partial<RetryVerdict>): RetryVerdict => ({
  kind: 'retry',
  pace: 'backoff',
  reason: '503',
  retryAfterMs: null,
  ...it,
})
const delay = (it: Partial<RetryVerdict>, attempt: number, random: number) =>
  retryDelayMs(verdict(it), attempt, pace, () => random)

test('the backoff doubles to its maximum, with full jitter', () => {
  expect([1, 2, 3, 7, 50].map((attempt) => delay({}, attempt, 1))).toEqual([
    1_000, 2_000, 4_000, 60_000, 60_000,
  ])
  expect(delay({}, 9, 0)).toBe(0)
  expect(delay({}, 1, 0.5)).toBe(500)
})

test('what the broker asks for is a floor, with up to a fifth on top', () => {
  expect(delay({ retryAfterMs: 120_000 }, 1, 0)).toBe(120_000)
  expect(delay({ retryAfterMs: 120_000 }, 1, 1)).toBe(144_000)
  expect(delay({ retryAfterMs: 10 }, 7, 1)).toBe(60_000)
})

test('a new key is looked for at its own pace, a human is waited for slowly', () => {
  expect(delay({ pace: 'credential' }, 1, 0)).toBe(30_000)
  expect([0, 1].map((random) => delay({ pace: 'slow' }, 1, random))).toEqual([30_000, 60_000])
})

test('requests are allowed in a burst, then at the rate, and not at all after the broker said so', async () => {
  let nowMs = 0
  const never = new AbortController().signal
  const budget = createRequestBudget(
    () => ({ requests_per_minute: 10, request_burst: 3 }),
    () => nowMs,
  )
  for (let request = 0; request < 3; request += 1) await budget.take(never)
  expect(budget.isAvailable()).toBe(false)
  nowMs += 5_999
  expect(budget.isAvailable()).toBe(false)
  nowMs += 1
  expect(budget.isAvailable()).toBe(true)
  budget.drain()
  expect(budget.isAvailable()).toBe(false)
  nowMs += 3_600_000
  for (let request = 0; request < 3; request += 1) await budget.take(never)
  expect(budget.isAvailable()).toBe(false)
})

test('waiting for a request ends when it is told to', async () => {
  const budget = createRequestBudget(() => ({ requests_per_minute: 1, request_burst: 1 }))
  const stop = new AbortController()
  await budget.take(stop.signal)
  const waiting = budget.take(stop.signal)
  stop.abort()
  await expect(waiting).resolves.toBeUndefined()
})
