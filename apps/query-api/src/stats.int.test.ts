import { randomUUID } from 'node:crypto'
import { Stats } from '@logboom/contracts'
import { deleteAgent, foldCounts, listLeaves, rewritePartition } from '@logboom/db'
import { openTestRedis, until } from '@logboom/testing'
import type { TestRedis } from '@logboom/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openQueryApi } from './query-fixture.ts'
import type { TestQueryApi } from './query-fixture.ts'

let redis: TestRedis
let api: TestQueryApi
beforeAll(async () => {
  redis = await openTestRedis()
  api = await openQueryApi({ REDIS_URL: redis.url })
})
afterAll(async () => {
  await api.close()
  await redis.close()
})

const signer = { kid: 'test', sign: (text: string) => text.length.toString() }

async function statsOf(query = '', as = api.admin): Promise<Stats> {
  const { status, body, text } = await api.get(`/api/v1/stats${query}`, as)
  if (status !== 200) throw new Error(text)
  return Stats.parse(body)
}

const minutesAgo = (minutes: number) => api.nowUs - minutes * 60e6
const gap = { from: '2026-01-01T00:00:00Z', to: '2026-01-01T00:00:01Z' }

test('an agent is told of with what a search of it finds, also after folding, expiry and deletion', async () => {
  const { id } = await api.createAgent()
  const lines = (count: number, createdUs?: number) =>
    Array.from({ length: count }, () => ({
      message: '12345',
      ...(createdUs && { createdUs, time: { us: createdUs, ns: 0 } }),
    }))
  const check = async (entries: number) => {
    const stats = await statsOf(`?agent_id=${id}`)
    expect(stats).toMatchObject({ agents: 1, entries, bytes: entries * 5, gaps: 2 })
    expect(stats.per_agent).toEqual([
      expect.objectContaining({ agent_id: id, entries, bytes: entries * 5, gaps: 2 }),
    ])
    expect((await api.page(`/api/v1/agents/${id}/logs`)).total).toBe(entries)
    const ofAll = await statsOf()
    // between both, a minute may have passed
    expect(ofAll.per_agent).toContainEqual({ ...stats.per_agent[0], entries_per_minute: expect.any(Number) })
  }
  await api.store(id, lines(3), [gap, gap])
  await check(3)
  // received long enough ago to have expired, and not deleted yet
  await api.store(id, lines(2, minutesAgo(12 * 60 + 5)))
  await check(3)
  await foldCounts(api.db.pool, { limit: 100 })
  await check(3)
  for (const leaf of await listLeaves(api.db.pool)) await rewritePartition(api.db.pool, signer, leaf)
  await check(3)
  await foldCounts(api.db.pool, { limit: 100 })
  await check(3)
})

test('the rate is of the last five whole minutes of receipt, whatever the times of the lines', async () => {
  const { id } = await api.createAgent()
  const received = (minutes: number) => ({
    createdUs: minutesAgo(minutes),
    time: { us: minutesAgo(300), ns: 0 },
  })
  await api.store(id, [received(2), received(3), received(3.5), received(20)])
  const rateOf = async () => (await statsOf(`?agent_id=${id}`)).entries_per_minute
  expect(await rateOf()).toBe(0.6)
  await foldCounts(api.db.pool, { limit: 100 })
  expect(await rateOf()).toBe(0.6)
})

test('how far an agent has got is told as elsewhere, and nothing where it has said nothing', async () => {
  const { id } = await api.createAgent()
  const [before] = (await statsOf(`?agent_id=${id}`)).per_agent
  expect(before).toMatchObject({
    complete_until: null,
    lag_seconds: null,
    last_seen: null,
    entries: 0,
    entries_per_minute: 0,
  })
  await api.pool.query(
    `insert into agent_commits (agent_id, instance, read_until_ns, read_least_ns)
     select $1, '', ns, ns from (values ((extract(epoch from now() - interval '1 minute') * 1e9)::bigint)) v(ns)`,
    [id],
  )
  await api.pool.query('update agents set last_seen = now() where id = $1', [id])
  const [after] = (await statsOf(`?agent_id=${id}`)).per_agent
  const { body } = await api.get(`/api/v1/agents/${id}`)
  expect(after).toMatchObject({ complete_until: body['complete_until'], last_seen: body['last_seen'] })
  expect(after?.lag_seconds).toBeGreaterThanOrEqual(60)
})

test('a reader is told of its agents and namespaces alone, and nothing of the service itself', async () => {
  const [mine, theirs] = [await api.createAgent(), await api.createAgent()]
  await api.store(mine.id, [{ stream: { namespace: 'seen' } }, { stream: { namespace: 'hidden' } }])
  await api.store(mine.id, [], [{ ...gap, namespace: 'hidden' }])
  await api.store(theirs.id, [{ stream: { namespace: 'seen' } }])
  const reader = await api.issueReader({ agents: [mine.id], namespaces: ['seen'] })
  expect(await statsOf('', reader)).toMatchObject({
    agents: 1,
    entries: 1,
    gaps: 0,
    database_bytes: null,
    queue: null,
    per_agent: [{ agent_id: mine.id, entries: 1, gaps: 0 }],
  })
  expect((await statsOf('', mine.pak)).per_agent).toMatchObject([{ agent_id: mine.id, entries: 2, gaps: 1 }])
  const other = await api.get(`/api/v1/stats?agent_id=${theirs.id}`, reader)
  expect([other.status, other.body['code']]).toEqual([404, 'agent_not_found'])
  expect((await api.get(`/api/v1/stats?agent_id=${theirs.id}`, mine.pak)).status).toBe(403)
})

test('an admin is told how large the database is and how full the queue', async () => {
  await until(async () => (await statsOf()).queue !== null, { what: 'the queue' })
  const { queue, database_bytes } = await statsOf()
  expect(queue).toEqual({ waiting: 0, active: 0, failed: 0, oldest_seconds: null })
  expect(database_bytes).toBeGreaterThan(1e6)
})

test('a deleted agent leaves at once, with all that it had', async () => {
  const { id } = await api.createAgent()
  await api.store(id, [{}, {}])
  const before = await statsOf()
  await deleteAgent(api.db, { id })
  const after = await statsOf()
  expect([before.entries - after.entries, before.agents - after.agents]).toEqual([2, 1])
  expect(after.per_agent.map(({ agent_id }) => agent_id)).not.toContain(id)
})

test('what is no agent and what is no parameter are told of', async () => {
  const codeOf = async (query: string) => (await api.get(`/api/v1/stats?${query}`)).body['code']
  expect(await codeOf(`agent_id=${randomUUID()}`)).toBe('agent_not_found')
  expect(await codeOf('agent_id=x')).toBe('invalid_parameter')
  expect(await codeOf('agent=x')).toBe('unknown_parameter')
})
