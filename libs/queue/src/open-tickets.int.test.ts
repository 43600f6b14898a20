import { openTestRedis, until } from '@logboom/testing'
import type { TestRedis } from '@logboom/testing'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { silentLog } from './batch-job-fixture.ts'
import { openTickets } from './open-tickets.ts'
import type { TicketStore } from './open-tickets.ts'
import { QueueUnavailable } from './queue-errors.ts'

let server: TestRedis
let tickets: TicketStore
beforeAll(async () => {
  server = await openTestRedis()
  tickets = openTickets({ url: server.url, log: silentLog })
  const isConnected = async () => (await tickets.take('nothing').catch(() => 'away')) === null
  await until(isConnected, { what: 'Redis to answer' })
})
afterAll(async () => {
  tickets.close()
  await server.close()
})

test('of any number that ask for a ticket at once, one gets it', async () => {
  await tickets.put('a', 'text', 30)
  const taken = await Promise.all(Array.from({ length: 20 }, () => tickets.take('a')))
  expect(taken.filter((text) => text !== null)).toEqual(['text'])
})

test('a ticket that nobody takes goes by itself', async () => {
  await tickets.put('b', 'text', 30)
  const redis = new Redis(server.url)
  expect(await redis.ttl('ticket:b')).toBeGreaterThan(28)
  expect(await redis.ttl('ticket:b')).toBeLessThanOrEqual(30)
  redis.disconnect()
})

test('a Redis that is not there is told within its second', async () => {
  const away = openTickets({ url: 'redis://127.0.0.1:1', log: silentLog })
  await expect(away.put('a', 'text', 30)).rejects.toBeInstanceOf(QueueUnavailable)
  await expect(away.take('a')).rejects.toBeInstanceOf(QueueUnavailable)
  away.close()
})
