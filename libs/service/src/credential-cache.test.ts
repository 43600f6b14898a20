import { expect, test } from 'vitest'
import { createCredentialCache } from './credential-cache.ts'
import type { CredentialCacheOptions } from './credential-cache.ts'
import { createClock, createRecord } from './auth-fixture.ts'
import type { PakRecord } from './principal.ts'

class Away extends Error {}

/** A database that can be away or frozen, and counts what it is asked. */
function createDatabase(options: Partial<CredentialCacheOptions> = {}) {
  const clock = createClock()
  const rows = new Map<string, PakRecord>()
  const state = { away: false, frozen: false, asked: 0 }
  const find = async (key: string) => {
    state.asked += 1
    if (state.frozen) await new Promise(() => {})
    if (state.away) throw new Away('no connection')
    return rows.get(key) ?? null
  }
  const isUnavailable = (err: unknown) => err instanceof Away
  const cache = createCredentialCache({
    findByShort: find,
    findById: find,
    isUnavailable,
    now: clock.now,
    ...options,
  })
  return { cache, clock, rows, state }
}

test('a credential is asked for once in 30 s, and a revocation is seen after that', async () => {
  const { cache, clock, rows, state } = createDatabase()
  rows.set('short', createRecord())
  await cache.byShort('short')
  rows.set('short', createRecord({ revoked: true }))
  clock.pass(29_999)
  expect((await cache.byShort('short'))?.revoked).toBe(false)
  expect(state.asked).toBe(1)
  clock.pass(1)
  expect((await cache.byShort('short'))?.revoked).toBe(true)
})

test('a slow look-up does not stretch the 30 s: they count from its start', async () => {
  const { clock } = createDatabase()
  const find = async () => {
    clock.pass(900)
    return createRecord()
  }
  let asked = 0
  const counted = () => {
    asked += 1
    return find()
  }
  const cache = createCredentialCache({
    findByShort: counted,
    findById: counted,
    isUnavailable: () => false,
    now: clock.now,
  })
  await cache.byShort('short')
  clock.pass(29_100)
  await cache.byShort('short')
  expect(asked).toBe(2)
})

test('a credential that does not exist is remembered for 5 s, then a new one of that name works', async () => {
  const { cache, clock, rows, state } = createDatabase()
  expect(await cache.byShort('short')).toBeNull()
  rows.set('short', createRecord())
  clock.pass(4_999)
  expect(await cache.byShort('short')).toBeNull()
  expect(state.asked).toBe(1)
  clock.pass(1)
  expect(await cache.byShort('short')).not.toBeNull()
})

test('a credential that is deleted is forgotten at its next look-up', async () => {
  const { cache, clock, rows } = createDatabase()
  rows.set('short', createRecord())
  await cache.byShort('short')
  rows.clear()
  clock.pass(30_000)
  expect([await cache.byShort('short'), cache.knows('short')]).toEqual([null, false])
})

test('requests that come at once share one look-up', async () => {
  const { cache, rows, state } = createDatabase()
  rows.set('short', createRecord())
  await Promise.all(Array.from({ length: 50 }, () => cache.byShort('short')))
  expect(state.asked).toBe(1)
})

test('while the database is away, known credentials work for 15 min and no longer', async () => {
  const { cache, clock, rows, state } = createDatabase()
  rows.set('short', createRecord())
  await cache.byShort('short')
  state.away = true
  clock.pass(899_999)
  expect(await cache.byShort('short')).not.toBeNull()
  clock.pass(1_001)
  await expect(cache.byShort('short')).rejects.toMatchObject({ code: 'unavailable' })
})

test('while the database is away, an unknown credential is a 503 that says when to come back, never a 401', async () => {
  const { cache, clock, rows, state } = createDatabase()
  state.away = true
  await expect(cache.byShort('short')).rejects.toMatchObject({ status: 503, headers: { 'Retry-After': '5' } })
  state.away = false
  rows.set('short', createRecord())
  clock.pass(1_000)
  expect(await cache.byShort('short')).not.toBeNull()
})

test('while the database is away, it is asked once a second and not by every request', async () => {
  const { cache, clock, rows, state } = createDatabase()
  rows.set('short', createRecord())
  await cache.byShort('short')
  clock.pass(30_000)
  state.away = true
  for (let request = 0; request < 100; request += 1) await cache.byShort('short')
  expect(state.asked).toBe(2)
  clock.pass(1_000)
  await cache.byShort('short')
  expect(state.asked).toBe(3)
})

test('a frozen database counts as away: known credentials work, unknown ones are a 503 in time', async () => {
  const { cache, clock, rows, state } = createDatabase({ lookupMs: 20 })
  rows.set('short', createRecord())
  await cache.byShort('short')
  clock.pass(30_000)
  state.frozen = true
  expect(await cache.byShort('short')).not.toBeNull()
  await expect(cache.byShort('other')).rejects.toMatchObject({ code: 'unavailable' })
})

test('a look-up that is wrong, and not away, is an error and not an outage', async () => {
  const find = () => Promise.reject(new TypeError('a bug'))
  const cache = createCredentialCache({
    findByShort: find,
    findById: find,
    isUnavailable: (err) => err instanceof Away,
  })
  await expect(cache.byShort('short')).rejects.toThrow(TypeError)
})

test('a flood of made-up credentials does not push out known ones', async () => {
  const { cache, rows, state } = createDatabase({ maxEntries: 10 })
  rows.set('short', createRecord())
  await cache.byShort('short')
  for (let made = 0; made < 1000; made += 1) await cache.byShort(`made-up-${made}`)
  const asked = state.asked
  await cache.byShort('short')
  expect(state.asked).toBe(asked)
})

test('of too many known credentials, the one unused for longest is forgotten', async () => {
  const { cache, rows } = createDatabase({ maxEntries: 2 })
  for (const short of ['a', 'b', 'c']) rows.set(short, createRecord())
  for (const short of ['a', 'b', 'a', 'c']) await cache.byShort(short)
  expect(['a', 'b', 'c'].map((short) => cache.knows(short))).toEqual([true, false, true])
})
