import { openTestRedis, startTestRedis } from '@logboom/testing'
import type { TestRedis } from '@logboom/testing'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Admission, AdmissionRequest } from './admission.ts'
import { silentLog } from './batch-job-fixture.ts'
import { openBatchQueue } from './batch-queue.ts'
import type { BatchQueue } from './batch-queue.ts'
import { answerKey } from './keys.ts'

const minute = 60_000
const start = 1_763_000_000_000
const limits = { requests_per_minute: 10, request_burst: 10, max_instances: 2 }

let server: TestRedis
let redis: Redis
let queue: BatchQueue

beforeAll(async () => {
  server = await openTestRedis()
  redis = new Redis(server.url)
  queue = await openBatchQueue({ url: server.url, idempotencyTtlS: 3_600, log: silentLog })
})

afterAll(async () => {
  await queue.close()
  redis.disconnect()
  await server.close()
})

beforeEach(async () => {
  await redis.flushdb()
})

function request(key: string, change: Partial<AdmissionRequest> = {}): AdmissionRequest {
  return { agentId: 'agent', key, bodyHash: 'body', instance: '', limits, nowMs: start, ...change }
}

/** Admits `count` different batches, one after the other. */
async function push(count: number, change: Partial<AdmissionRequest> = {}): Promise<Admission['kind'][]> {
  const kinds: Admission['kind'][] = []
  for (let i = 0; i < count; i++) kinds.push((await queue.admit(request(`${Math.random()}`, change))).kind)
  return kinds
}

describe('a batch', () => {
  test('is admitted once; while it is being accepted, a repeat is told so', async () => {
    const both = await Promise.all([queue.admit(request('one')), queue.admit(request('one'))])
    expect(both.map(({ kind }) => kind).sort()).toEqual(['admitted', 'in_progress'])
    expect(await queue.admit(request('one', { bodyHash: 'other' }))).toEqual({ kind: 'in_progress' })
  })

  test('whose acceptor died can be sent again after ten seconds', async () => {
    await queue.admit(request('one'))
    const lifeMs = await redis.pttl(answerKey('agent', 'one', 1))
    expect(lifeMs).toBeGreaterThan(9_000)
    expect(lifeMs).toBeLessThanOrEqual(10_000)
  })

  test('gets the first answer when it is repeated, to the byte', async () => {
    const answer = '{"received":1,"batch_id":"ä€😀"}'
    await queue.admit(request('one'))
    await queue.remember({ agentId: 'agent', key: 'one', bodyHash: 'body', answer })
    expect(await queue.admit(request('one'))).toEqual({ kind: 'replay', answer })
  })

  test('with the key of another body is refused; other agents have keys of their own', async () => {
    await queue.remember({ agentId: 'agent', key: 'one', bodyHash: 'body', answer: '{}' })
    expect(await queue.admit(request('one', { bodyHash: 'other' }))).toEqual({ kind: 'mismatch' })
    expect(await queue.admit(request('one', { agentId: 'somebody' }))).toMatchObject({ kind: 'admitted' })
  })

  test('that was refused can be sent again, with another body too', async () => {
    await queue.admit(request('one'))
    await queue.release({ ...request('one'), refund: false })
    expect(await queue.admit(request('one', { bodyHash: 'other' }))).toMatchObject({ kind: 'admitted' })
  })

  test('is forgotten when the time for repeats is over', async () => {
    await queue.remember({ agentId: 'agent', key: 'one', bodyHash: 'body', answer: '{}' })
    expect(await redis.ttl(answerKey('agent', 'one', 1))).toBeGreaterThan(3_590)
  })

  test('keeps its answer when Redis is killed', async () => {
    const ownServer = await startTestRedis()
    const own = await openBatchQueue({ url: ownServer.url, idempotencyTtlS: 3_600, log: silentLog })
    await own.remember({ agentId: 'agent', key: 'one', bodyHash: 'body', answer: 'first' })
    await own.close()
    await ownServer.kill('SIGKILL')
    await ownServer.restart()
    const next = await openBatchQueue({ url: ownServer.url, idempotencyTtlS: 3_600, log: silentLog })
    expect(await next.admit(request('one'))).toEqual({ kind: 'replay', answer: 'first' })
    await next.close()
    await ownServer.stop()
  })
})

describe('the limit', () => {
  test('lets the burst through, then one request per interval', async () => {
    expect(await push(10)).toEqual(Array(10).fill('admitted'))
    const refused = await queue.admit(request('more'))
    expect(refused).toEqual({
      kind: 'limited',
      retryAfterS: 6,
      limit: 10,
      remaining: 0,
      resetS: 60,
      boost: null,
    })
    expect(await push(1, { nowMs: start + 5_999 })).toEqual(['limited'])
    expect(await push(2, { nowMs: start + 6_000 })).toEqual(['admitted', 'limited'])
  })

  test('has forgotten everything after the time it names', async () => {
    await push(10)
    expect(await push(11, { nowMs: start + minute })).toEqual([...Array(10).fill('admitted'), 'limited'])
  })

  test('says what is left', async () => {
    expect(await queue.admit(request('a'))).toMatchObject({ limit: 10, remaining: 9, resetS: 6 })
    expect(await queue.admit(request('b'))).toMatchObject({ limit: 10, remaining: 8, resetS: 12 })
  })

  test('holds when all requests come at once', async () => {
    const all = await Promise.all(Array.from({ length: 30 }, (_, i) => queue.admit(request(`${i}`))))
    expect(all.filter(({ kind }) => kind === 'admitted')).toHaveLength(10)
  })

  test('goes by the clock of Redis', async () => {
    const { nowMs: _, ...real } = request('a', {
      limits: { ...limits, requests_per_minute: 1, request_burst: 1 },
    })
    expect(await queue.admit(real)).toMatchObject({ kind: 'admitted', remaining: 0 })
    const refused = await queue.admit({ ...real, key: 'b' })
    expect(refused).toMatchObject({ kind: 'limited', retryAfterS: 60 })
  })

  test('is not spent by repeats, nor by a request that failed through our fault', async () => {
    await queue.admit(request('one'))
    await queue.remember({ agentId: 'agent', key: 'one', bodyHash: 'body', answer: '{}' })
    for (let i = 0; i < 20; i++) await queue.admit(request('one'))
    expect(await queue.admit(request('two'))).toMatchObject({ remaining: 8 })
    await queue.release({ ...request('two'), refund: true })
    expect(await queue.admit(request('three'))).toMatchObject({ remaining: 8 })
    await queue.release({ ...request('three'), refund: false })
    expect(await queue.admit(request('four'))).toMatchObject({ remaining: 7 })
  })
})

describe('instances', () => {
  const at = (instance: string, afterMs = 0, max = 2) => ({
    instance,
    nowMs: start + afterMs,
    limits: { ...limits, max_instances: max },
  })

  test('have a budget each, up to the maximum; the others share that of the first', async () => {
    await push(4, at('first'))
    await push(1, at('second', 1))
    expect(await push(7, at('third', 2))).toEqual([...Array(6).fill('admitted'), 'limited'])
    expect(await push(1, at('first', 2))).toEqual(['limited'])
    expect(await push(10, at('second', 2))).toEqual([...Array(9).fill('admitted'), 'limited'])
  })

  test('that fall silent give their budget to another', async () => {
    await push(10, at('first'))
    await push(1, at('second'))
    await push(1, at('first', 10 * minute))
    expect(await push(10, at('third', 11 * minute))).toEqual(Array(10).fill('admitted'))
    expect(await queue.admit(request('x', at('first', 11 * minute)))).toMatchObject({ remaining: 9 })
  })

  test('beyond a maximum that was lowered lose theirs', async () => {
    await push(1, at('first'))
    await push(1, at('second', 1))
    expect(await queue.admit(request('x', at('second', 2, 1)))).toMatchObject({ remaining: 8 })
  })
})

describe('committed_through', () => {
  test('comes with every admission, by instance', async () => {
    await queue.rememberCommitted({ agentId: 'agent', instance: 'a', batchId: 'batch 7', order: 7 })
    await queue.rememberCommitted({ agentId: 'agent', instance: '', batchId: 'some batch' })
    expect(await queue.admit(request('1', { instance: 'a' }))).toMatchObject({ committedThrough: 'batch 7' })
    expect(await queue.admit(request('2', { instance: 'b' }))).toMatchObject({ committedThrough: null })
    expect(await queue.committedThrough('agent')).toEqual({ a: 'batch 7', '': 'some batch' })
    expect(await queue.committedThrough('somebody')).toEqual({})
  })

  test('never goes back, in whatever order writers report', async () => {
    const commit = { agentId: 'agent', instance: 'a' }
    await Promise.all(
      [8, 10, 9].map((order) => queue.rememberCommitted({ ...commit, batchId: `batch ${order}`, order })),
    )
    expect(await queue.committedThrough('agent')).toEqual({ a: 'batch 10' })
  })

  test('is kept for a thousand instances, not for any number of them', async () => {
    const commits = Array.from({ length: 1_050 }, (_, i) => ({
      agentId: 'agent',
      instance: `i${i}`,
      batchId: 'b',
    }))
    await Promise.all(commits.map((commit) => queue.rememberCommitted(commit)))
    expect(Object.keys(await queue.committedThrough('agent')).length).toBeLessThanOrEqual(1_000)
  })
})
