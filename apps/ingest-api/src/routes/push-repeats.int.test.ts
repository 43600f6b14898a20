import { deleteKeys, until } from '@logboom/testing'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { collectJobs, rowsOf } from './collect-jobs-fixture.ts'
import { freshEntry, openIngest } from './push-fixture.ts'
import type { PushCall, TestAgent, TestIngest } from './push-fixture.ts'

let ingest: TestIngest
let queue: ReturnType<typeof collectJobs>

beforeAll(async () => {
  ingest = await openIngest({ env: { REQUESTS_PER_MINUTE: '10', REQUEST_BURST: '10' } })
  queue = collectJobs(ingest.redisUrl)
})

afterAll(async () => {
  await queue.consumer.close()
  await ingest.close()
})

afterEach(() => ingest.checkSums())

/** Pushes as an agent of its own, whose budget nobody else has touched. */
async function openAgent(limits?: Record<string, number>) {
  const agent: TestAgent = await ingest.createAgent(limits)
  const push = (body: unknown, headers: PushCall['headers'] = {}) =>
    ingest.push(body, { as: agent.pak, agentId: agent.id, headers })
  const pushFresh = (headers: PushCall['headers'] = {}) => push({ logs: [freshEntry()] }, headers)
  return { agent, push, pushFresh }
}

describe('a repeat', () => {
  const ways: [string, (key: string) => { body?: object; headers?: Record<string, string> }][] = [
    ['Idempotency-Key', (key) => ({ headers: { 'Idempotency-Key': key } })],
    ['batch_id', (key) => ({ body: { batch_id: key } })],
  ]

  test.each(ways)('by %s gets the first answer again, and says so', async (_name, by) => {
    const { push } = await openAgent()
    const { body, headers } = by('same')
    const sent = { logs: [freshEntry(), null], ...body }
    const before = await ingest.fates()
    const first = await push(sent, headers)
    const second = await push(sent, headers)
    expect(first.status).toBe(201)
    expect(first.headers.get('idempotency-replayed')).toBeNull()
    expect([second.status, second.text]).toEqual([201, first.text])
    expect(second.headers.get('idempotency-replayed')).toBe('true')
    expect(second.headers.get('content-type')).toBe(first.headers.get('content-type'))
    const after = await ingest.fates()
    expect((after['replayed'] ?? 0) - (before['replayed'] ?? 0)).toBe(2)
  })

  test('of its key with another body is a batch of its own when the first answer is forgotten: nothing is lost', async () => {
    const { pushFresh } = await openAgent()
    const key = { 'Idempotency-Key': 'forgotten' }
    await pushFresh(key)
    expect(await deleteKeys(ingest.redisUrl, '*:a:*')).toBeGreaterThan(0)
    expect((await pushFresh(key)).status).toBe(201)
    const both = () => queue.jobs.filter(({ header }) => header.batch_id === 'forgotten')
    await until(() => both().length === 2, { what: 'both jobs' })
    expect(new Set(both().map(({ header }) => header.job_id)).size).toBe(2)
    expect(new Set(rowsOf(both()).map(({ id }) => id)).size).toBe(2)
  })

  test('with another body is 422', async () => {
    const { pushFresh } = await openAgent()
    const key = { 'Idempotency-Key': 'reused' }
    expect((await pushFresh(key)).status).toBe(201)
    const { status, body } = await pushFresh(key)
    expect([status, body['code']]).toEqual([422, 'idempotency_key_reused'])
  })

  test('is another batch when another agent sends it', async () => {
    const sent = { logs: [freshEntry()], batch_id: 'of two' }
    const [one, other] = [await openAgent(), await openAgent()]
    await one.push(sent)
    expect((await other.push(sent)).headers.get('idempotency-replayed')).toBeNull()
  })

  test('at the same time is one batch: each gets the answer, or is told to come again', async () => {
    const { push } = await openAgent()
    const sent = { logs: [freshEntry()], batch_id: 'at once' }
    const answers = await Promise.all(Array.from({ length: 8 }, () => push(sent)))
    const taken = answers.filter(
      ({ status, headers }) => status === 201 && !headers.has('idempotency-replayed'),
    )
    expect(taken).toHaveLength(1)
    for (const { status, headers } of answers) {
      expect([201, 409]).toContain(status)
      expect(headers.has('retry-after')).toBe(status === 409)
    }
    expect(await queue.of('at once')).toHaveLength(1)
  })

  test('of a batch that was refused may be put right', async () => {
    const { push } = await openAgent()
    const headers = { 'Logboom-Batch-Number': '1' }
    expect((await push({ logs: [null], batch_id: 'put right' }, headers)).status).toBe(422)
    expect((await push({ logs: [freshEntry()], batch_id: 'put right' }, headers)).status).toBe(201)
    const isThere = () =>
      queue.jobs.some(({ header }) => header.batch_id === 'put right' && header.entries === 1)
    await until(isThere, { what: 'the batch put right' })
  })
})

describe('the limit', () => {
  test('lets the burst through and says what is left, then 429 with when to come again', async () => {
    const { pushFresh } = await openAgent()
    const first = await pushFresh()
    expect(first.headers.get('ratelimit-policy')).toBe('"requests";q=10;w=60')
    expect(first.headers.get('ratelimit')).toBe('"requests";r=9;t=6')
    for (let count = 2; count <= 10; count += 1) expect((await pushFresh()).status).toBe(201)
    const { status, headers, body } = await pushFresh()
    expect([status, body['code'], body['limit']]).toEqual([429, 'too_many_requests', 10])
    expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(5)
    expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(6)
    expect(headers.get('ratelimit')).toMatch(/^"requests";r=0;t=/)
    expect(headers.get('content-type')).toMatch('application/problem+json')
  })

  test('does not count repeats', async () => {
    const { push, pushFresh } = await openAgent()
    const sent = { logs: [freshEntry()], batch_id: 'free' }
    await push(sent)
    for (let count = 0; count < 12; count += 1) expect((await push(sent)).status).toBe(201)
    for (let count = 0; count < 9; count += 1) expect((await pushFresh()).status).toBe(201)
    expect((await pushFresh()).status).toBe(429)
    expect((await push(sent)).status).toBe(201)
  })

  test('is that of the agent where it has its own, with the window in which the burst comes back', async () => {
    const { pushFresh } = await openAgent({ requests_per_minute: 60, request_burst: 2 })
    expect((await pushFresh()).headers.get('ratelimit-policy')).toBe('"requests";q=2;w=2')
    await pushFresh()
    const { status, headers, body } = await pushFresh()
    expect([status, headers.get('retry-after'), body['limit']]).toEqual([429, '1', 60])
  })

  test('is per instance, up to as many as the agent may have; one more shares', async () => {
    const { pushFresh } = await openAgent({ requests_per_minute: 1, request_burst: 1, max_instances: 2 })
    const of = async (instance: string) => (await pushFresh({ 'Logboom-Instance': instance })).status
    expect([await of('a'), await of('b'), await of('a'), await of('b'), await of('c')]).toEqual([
      201, 201, 429, 429, 429,
    ])
  })

  test.each([
    ['is refused', { logs: [null] }, 422],
    ['cannot be read', '{', 400],
  ])('is charged for a batch that %s', async (_what, body, status) => {
    const { push, pushFresh } = await openAgent({ requests_per_minute: 1, request_burst: 1 })
    expect((await push(body)).status).toBe(status)
    expect((await pushFresh()).status).toBe(429)
  })

  test('turns a flood of bodies that cannot be read away before they are read', async () => {
    const { push } = await openAgent({ requests_per_minute: 1, request_burst: 2 })
    const statuses: number[] = []
    for (let count = 0; count < 20; count += 1) statuses.push((await push('{')).status)
    expect(statuses.slice(0, 2)).toEqual([400, 400])
    expect(new Set(statuses.slice(2))).toEqual(new Set([429]))
    // the length alone would be answered 413, had it been looked at
    const { status, headers } = await push('x'.repeat(1_048_577), { 'Content-Type': 'text/plain' })
    expect([status, Number(headers.get('retry-after')) > 0]).toEqual([429, true])
  })
})
