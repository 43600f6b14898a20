import { randomUUID } from 'node:crypto'
import { apiRoutes, encodeRow, idOfUuid } from '@logboom/contracts'
import { deleteAgent, putRetentionClass } from '@logboom/db'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSse } from './follow/follow-fixture.ts'
import { openQueryApi } from './query-fixture.ts'
import type { TestQueryApi } from './query-fixture.ts'
import { histogramOf } from './histogram-fixture.ts'

let api: TestQueryApi
beforeAll(async () => {
  api = await openQueryApi()
})
afterAll(() => api.close())

const foreign = 'FOREIGN-MARKER'
const expired = 'EXPIRED-MARKER'
const own = 'OWN-MARKER'

interface World {
  mine: { id: string; pak: string }
  theirs: { id: string; pak: string }
  links: { deployment: string; order: string; theirDeployment: string; theirOrder: string }
}

/**
 * Two agents with lines, gaps, dead letters and links; marked by whose they are and whether they have
 * expired.
 */
async function makeWorld(): Promise<World> {
  const [mine, theirs] = [await api.createAgent(), await api.createAgent()]
  const links = {
    deployment: randomUUID(),
    order: randomUUID(),
    theirDeployment: randomUUID(),
    theirOrder: randomUUID(),
  }
  await register('deployment_objects', links.deployment, mine.id, own)
  await register('deployment_objects', links.theirDeployment, theirs.id, foreign)
  await register('work_orders', links.order, mine.id, own)
  await register('work_orders', links.theirOrder, theirs.id, foreign)
  const linked = { deployment_object_id: links.deployment, work_order_id: links.order }
  const theirLinks = { deployment_object_id: links.theirDeployment, work_order_id: links.theirOrder }
  const old = Date.now() * 1000 - 43_201e6
  await fill(mine.id, own, { namespace: 'seen', ...linked })
  await fill(mine.id, foreign, { namespace: 'hidden', ...linked })
  await fill(theirs.id, foreign, { namespace: 'seen', ...theirLinks })
  await fill(mine.id, expired, { namespace: 'seen', ...linked }, old)
  return { mine, theirs, links }
}

async function register(
  table: 'deployment_objects' | 'work_orders',
  id: string,
  agentId: string,
  name: string,
): Promise<void> {
  const column = table === 'work_orders' ? 'work_type' : 'name'
  await api.pool.query(`insert into ${table} (id, agent_id, ${column}) values ($1, $2, $3)`, [
    id,
    agentId,
    name,
  ])
}

async function fill(
  agentId: string,
  marker: string,
  stream: { namespace: string },
  createdUs = Date.now() * 1000,
): Promise<void> {
  const { namespace } = stream
  await api.store(agentId, [{ message: marker, createdUs, stream: { ...stream, pod_name: marker } }])
  const at = new Date(createdUs / 1000).toISOString()
  await api.pool.query(
    `insert into log_gaps (id, agent_id, namespace, pod_name, from_time, to_time, reason, exact, retention_class, created_at)
     values (gen_random_uuid(), $1, $2, $3, now(), now(), 'rotated', true, 1, $4::timestamptz)`,
    [agentId, namespace, marker, at],
  )
  await api.pool.query(
    `insert into dead_letters (agent_id, job_id, batch_id, reason, detail, stream, row_text, retention_class, created_at)
     values ($1, 'j', 'b', 'sqlstate_22021', 'bad', $2::jsonb, $3, 1, $4::timestamptz)`,
    [agentId, JSON.stringify({ namespace, pod_name: 'p' }), rowText(marker, createdUs), at],
  )
}

function rowText(message: string, us: number): string {
  const nothing = { originalBytes: null, severity: 9, flags: 0, groupId: null, attributes: '{"a":1}' }
  return encodeRow({
    ...nothing,
    time: { us, ns: 1 },
    createdUs: us,
    streamId: 1n,
    id: idOfUuid(randomUUID()),
    seq: 3,
    retentionClass: 1,
    message,
  })
}

/** Every GET route of the product that query-api answers, with the ids of both agents in every place. */
function allPaths({ mine, theirs, links }: World): string[] {
  const ids: Record<string, string[]> = {
    agent_id: [mine.id, theirs.id],
    'deployment-objects': [links.deployment, links.theirDeployment],
    'work-orders': [links.order, links.theirOrder],
  }
  return apiRoutes
    .filter(({ method, owner }) => method === 'GET' && owner === 'query-api')
    .flatMap(({ path }) => {
      const [, kind] = /\/([\w-]+)\/:id/.exec(path) ?? []
      const values = path.includes(':agent_id') ? ids['agent_id'] : kind ? ids[kind] : ['']
      return (values ?? []).map((value) => path.replace(/:\w+/, value))
    })
}

/** The paths whose answers hold one of the markers, which they were not asked by, and those that fail. */
async function leaks(world: World, as: string, markers: string[]): Promise<string[]> {
  const found: string[] = []
  for (const path of allPaths(world)) {
    const { status, text } = path.endsWith('/stream') ? await follow(path, as) : await api.get(path, as)
    const shown = markers.filter((marker) => text.includes(marker) && !path.includes(marker))
    if (shown.length > 0 || ![200, 403, 404].includes(status)) found.push(path)
  }
  return found
}

/** What is replayed and what is given as the newest lines, of a stream that has no end. */
async function follow(path: string, as: string): Promise<{ status: number; text: string }> {
  const [replay, tail] = [
    await openSse(api, `${path}?since=1d`, { as }),
    await openSse(api, `${path}?tail=100`, { as }),
  ]
  if (replay.status === 200) await Promise.all([replay.untilLive(), tail.untilLive()])
  await Promise.all([replay.close(), tail.close()])
  return { status: replay.status, text: replay.text() + tail.text() }
}

describe('no GET route shows what the caller may not see', () => {
  let world: World
  beforeAll(async () => {
    world = await makeWorld()
  })

  test('to a reader with a scope of agents and namespaces', async () => {
    const reader = await api.issueReader({ agents: [world.mine.id], namespaces: ['seen'] })
    expect(await leaks(world, reader, [foreign, expired, world.theirs.id])).toEqual([])
    // The walk would be worth nothing if it saw nothing.
    const { mine, links } = world
    expect((await leaks(world, reader, [own])).toSorted()).toEqual(
      [
        `/api/v1/agents/${mine.id}/logs`,
        `/api/v1/agents/${mine.id}/logs/stream`,
        '/api/v1/logs',
        '/api/v1/logs/stream',
        '/api/v1/gaps',
        '/api/v1/dead-letters',
        '/api/v1/deployment-objects',
        `/api/v1/deployment-objects/${links.deployment}`,
        `/api/v1/deployment-objects/${links.deployment}/logs`,
        `/api/v1/deployment-objects/${links.deployment}/logs/stream`,
        '/api/v1/work-orders',
        `/api/v1/work-orders/${links.order}`,
        `/api/v1/work-orders/${links.order}/logs`,
        `/api/v1/work-orders/${links.order}/logs/stream`,
      ].toSorted(),
    )
  })

  test('to an agent, which sees itself alone', async () => {
    expect(await leaks(world, world.theirs.pak, [own, expired, world.mine.id])).toEqual([])
    const { status, body } = await api.get(
      `/api/v1/deployment-objects/${world.links.deployment}/logs`,
      world.theirs.pak,
    )
    expect([status, body['code']]).toEqual([404, 'deployment_object_not_found'])
    expect(
      (await api.page(`/api/v1/work-orders/${world.links.theirOrder}/logs`, world.theirs.pak)).total,
    ).toBe(1)
  })

  test('an agent without lines in a deployment object or work order finds none, its own or not', async () => {
    const { theirs, links } = world
    const [deployment, order] = [randomUUID(), randomUUID()]
    await register('deployment_objects', deployment, theirs.id, 'empty')
    await register('work_orders', order, theirs.id, 'empty')
    const ask = async (path: string, as: string) => (await api.get(path, as)).body['code'] ?? 'found'
    for (const [place, kind, empty, full] of [
      ['deployment-objects', 'deployment_object', deployment, links.theirDeployment],
      ['work-orders', 'work_order', order, links.theirOrder],
    ]) {
      expect(await ask(`/api/v1/${place}/${empty}/logs`, theirs.pak)).toBe(`${kind}_not_found`)
      expect(await ask(`/api/v1/logs?${kind}_id=${empty}`, theirs.pak)).toBe(`${kind}_not_found`)
      expect(await ask(`/api/v1/${place}/${full}/logs`, theirs.pak)).toBe('found')
      // The thing itself is there all the same, and for those who may see more it is an empty page.
      expect(await ask(`/api/v1/${place}/${empty}`, theirs.pak)).toBe('found')
      expect(await ask(`/api/v1/${place}/${empty}/logs`, api.admin)).toBe('found')
    }
  })

  test('even to an admin, once it has expired', async () => {
    expect(await leaks(world, api.admin, [expired])).toEqual([])
    for (const total of ['capped', 'exact', 'none']) {
      expect(await api.page(`/api/v1/agents/${world.mine.id}/logs?total=${total}`)).toMatchObject({
        total: 2,
        total_is_exact: true,
      })
    }
    expect(await api.page(`/api/v1/agents/${world.mine.id}/logs?q=/EXPIRED/&total=exact`)).toMatchObject({
      total: 0,
    })
    expect(await api.page(`/api/v1/agents/${world.mine.id}/logs?offset=1&limit=1`)).toMatchObject({
      total: 2,
      has_more: false,
    })
  })

  test('nor is it counted, neither what has expired nor what belongs to others', async () => {
    const { mine, theirs, links } = world
    const reader = await api.issueReader({ agents: [mine.id], namespaces: ['seen'] })
    // Counted, and looked at line by line.
    for (const query of ['since=1d&until=2200-01-01', 'since=1d&until=2200-01-01&q=marker']) {
      const totalOf = async (path: string, as: string) => (await histogramOf(api, path, query, as)).total
      expect(await totalOf('/api/v1/logs', api.admin)).toBe(3)
      expect(await totalOf('/api/v1/logs', theirs.pak)).toBe(1)
      expect(await totalOf('/api/v1/logs', reader)).toBe(1)
      expect(await totalOf(`/api/v1/agents/${mine.id}/logs`, reader)).toBe(1)
      expect(await totalOf(`/api/v1/agents/${mine.id}/logs`, mine.pak)).toBe(2)
      expect(await totalOf(`/api/v1/deployment-objects/${links.deployment}/logs`, reader)).toBe(1)
      expect(await totalOf(`/api/v1/work-orders/${links.order}/logs`, reader)).toBe(1)
    }
  })

  test('ids outside the scope of a reader are not there', async () => {
    const reader = await api.issueReader({ agents: [world.mine.id] })
    const codeOf = async (path: string) => (await api.get(path, reader)).body['code']
    expect(await codeOf(`/api/v1/agents/${world.theirs.id}/logs`)).toBe('agent_not_found')
    expect(await codeOf(`/api/v1/logs?agent_id=${world.theirs.id}`)).toBe('agent_not_found')
    expect(await codeOf(`/api/v1/deployment-objects/${world.links.theirDeployment}/logs`)).toBe(
      'deployment_object_not_found',
    )
    expect(await codeOf(`/api/v1/logs?work_order_id=${world.links.theirOrder}`)).toBe('work_order_not_found')
    expect(await codeOf('/api/v1/retention/receipts')).toBe('forbidden')
    expect(await codeOf(`/api/v1/agents/${world.theirs.id}/logs/histogram`)).toBe('agent_not_found')
    expect(await codeOf(`/api/v1/logs/histogram?agent_id=${world.theirs.id}`)).toBe('agent_not_found')
    expect(await codeOf(`/api/v1/work-orders/${world.links.theirOrder}/logs/histogram`)).toBe(
      'work_order_not_found',
    )
    expect((await api.page('/api/v1/logs', reader)).total).toBe(2)
  })
})

test('a class keeps its own lines for its own time', async () => {
  const { id } = await api.createAgent()
  const { retentionClass } = await putRetentionClass(api.db.pool, { name: 'long', retentionSeconds: 90_000 })
  const line = { createdUs: Date.now() * 1000 - 80_000e6 }
  await api.store(id, [{ ...line, message: 'kept', retentionClass: retentionClass.id }])
  await api.store(id, [{ ...line, message: 'gone' }])
  const path = `/api/v1/agents/${id}/logs`
  expect((await api.page(path)).logs.map(({ message }) => message)).toEqual(['kept'])
  await putRetentionClass(api.db.pool, { name: 'long', retentionSeconds: 79_000 })
  expect((await api.page(path)).logs).toEqual([])
})

test('the lines of a deleted agent are gone at once, from every route', async () => {
  const world = await makeWorld()
  await deleteAgent(api.db, { id: world.mine.id })
  expect(await leaks(world, api.admin, [world.mine.id, expired])).toEqual([])
  const { mine, links } = world
  const gone = allPaths(world).filter((path) =>
    [mine.id, links.deployment, links.order].some((id) => path.includes(id)),
  )
  expect(gone).toHaveLength(13)
  const answers = await Promise.all(gone.map((path) => api.get(path)))
  expect(answers.map(({ status }) => status)).toEqual(gone.map(() => 404))
})

test('retention tells what holds for what was asked for', async () => {
  const { id } = await api.createAgent()
  const { retentionClass } = await putRetentionClass(api.db.pool, { name: 'short', retentionSeconds: 600 })
  await api.pool.query('insert into retention_assignments (agent_id, retention_class) values ($1, $2)', [
    id,
    retentionClass.id,
  ])
  const { retention } = await api.page(`/api/v1/agents/${id}/logs`)
  expect(retention.retention_seconds).toBe(600)
  expect(Date.parse(retention.oldest_available)).toBeCloseTo(Date.now() - 600_000, -5)
})
