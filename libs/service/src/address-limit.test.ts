import { expect, test } from 'vitest'
import { createAddressLimit } from './address-limit.ts'
import { createClock } from './auth-fixture.ts'

function takeAll(limit: ReturnType<typeof createAddressLimit>, address: string): number {
  for (let taken = 0; taken < 1000; taken += 1) {
    try {
      limit.take(address)
    } catch {
      return taken
    }
  }
  return Infinity
}

test('an address has its burst, then its rate, and the refusal says when to come back', () => {
  const clock = createClock()
  const limit = createAddressLimit({ perSecond: 20, burst: 50, now: clock.now })
  expect(takeAll(limit, '192.0.2.1')).toBe(50)
  expect(() => limit.take('192.0.2.1')).toThrow(
    expect.objectContaining({ status: 429, headers: { 'Retry-After': '1' } }),
  )
  clock.pass(500)
  expect(takeAll(limit, '192.0.2.1')).toBe(10)
  clock.pass(3_600_000)
  expect(takeAll(limit, '192.0.2.1')).toBe(50)
})

test('addresses do not share', () => {
  const limit = createAddressLimit({ burst: 3, now: createClock().now })
  expect([takeAll(limit, '192.0.2.1'), takeAll(limit, '192.0.2.2')]).toEqual([3, 3])
})

test('a look-up holds an attempt while it runs, and only one that finds nothing costs it', async () => {
  const limit = createAddressLimit({ burst: 3, now: createClock().now })
  const slow = Promise.withResolvers<string>()
  const running = limit.count('192.0.2.1', () => slow.promise)
  expect(takeAll(limit, '192.0.2.1')).toBe(2)
  slow.resolve('found')
  expect(await running).toBe('found')
  await expect(
    limit.count('192.0.2.1', async () => Promise.reject(new Error('no connection'))),
  ).rejects.toThrow('no connection')
  expect(await limit.count('192.0.2.1', async () => null)).toBeNull()
  expect(takeAll(limit, '192.0.2.1')).toBe(0)
})

test('a clock that steps back gives nothing and takes nothing', () => {
  const clock = createClock()
  const limit = createAddressLimit({ burst: 3, now: clock.now })
  limit.take('192.0.2.1')
  clock.pass(-60_000)
  expect(takeAll(limit, '192.0.2.1')).toBe(2)
})

test.each([
  ['2001:db8:1:2::1', '2001:db8:1:2:ffff:1:2:3', true],
  ['2001:db8:1:2::1', '2001:db8:1:3::1', false],
  ['2001:db8::1', '2001:db8::2', true],
  ['::1', '::2', true],
  ['::ffff:192.0.2.1', '::ffff:192.0.2.2', false],
])('%s and %s share a bucket: %s', (one, other, shared) => {
  const limit = createAddressLimit({ burst: 1, now: createClock().now })
  limit.take(one)
  expect(takeAll(limit, other)).toBe(shared ? 0 : 1)
})

test('a flood of addresses is forgotten, oldest first, and costs bounded memory', () => {
  const limit = createAddressLimit({ burst: 1, maxAddresses: 2, now: createClock().now })
  for (const address of ['192.0.2.1', '192.0.2.2', '192.0.2.3']) limit.take(address)
  expect(['192.0.2.3', '192.0.2.2'].map((address) => takeAll(limit, address))).toEqual([0, 0])
  expect(takeAll(limit, '192.0.2.1')).toBe(1)
})
