import { randomUUID } from 'node:crypto'
import { deleteAgent, putRetentionClass } from '@logboom/db'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { histogramOf } from './histogram-fixture.ts'
import { openQueryApi } from './query-fixture.ts'
import type { TestQueryApi } from './query-fixture.ts'
import { allPaths, expired, findLeaks, foreign, makeWorld, own, register } from './visibility-fixture.ts'
import type { World } from './visibility-fixture.ts'

let api: TestQueryApi
beforeAll(async () => {
  api = await openQueryApi()
})
afterAll(() => api.close())

const leaks = (world: World, as: string, markers: string[]) => findLeaks(api, world, { as, markers })

describe('no GET route shows what the caller may not see', () => {
  let world: World
  beforeAll(async () => {
    world = await makeWorld(api)
  })

  test('to a reader with a scope of agents and namespaces', async () => {
    const reader = await api.issueReader({ agents: [world.mine.id], namespaces: ['seen'] })
    expect(await leaks(world, reader, [foreign, expired, world.theirs.id])).toEqual([])
    // The walk would be worth nothing if it saw nothing.
    const { mine, links, entries, searches } = world
    expect((await leaks(world, reader, [own])).toSorted()).toEqual(
      [
        `/api/v1/logs/context${entries.own}`,
        `/api/v1/agents/${mine.id}/logs`,
        `/api/v1/agents/${mine.id}/logs/stream`,
        '/api/v1/logs',
        '/api/v1/logs/stream',
        '/api/v1/fields',
        '/api/v1/fields/labels.app/values',
        '/api/v1/fields/attributes.marker/values',
        `/api/v1/agents/${mine.id}/logs/export`,
        `/api/v1/deployment-objects/${links.deployment}/logs/export`,
        `/api/v1/work-orders/${links.order}/logs/export`,
        '/api/v1/logs/export',
        '/api/v1/gaps',
        '/api/v1/dead-letters',
        '/api/v1/saved-searches',
        `/api/v1/saved-searches/${searches[0]}`,
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
    await register(api, 'deployment_objects', deployment, theirs.id, 'empty')
    await register(api, 'work_orders', order, theirs.id, 'empty')
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

  test('a line that one may not see, has expired or never was is one answer', async () => {
    const { mine, theirs, entries } = world
    const reader = await api.issueReader({ agents: [mine.id], namespaces: ['seen'] })
    const path = '/api/v1/logs/context'
    const answersOf = async (as: string, queries: string[]) => {
      const answers = await Promise.all(queries.map((query) => api.get(path + query, as)))
      return new Set(
        answers.map(({ status, body }) => `${status} ${JSON.stringify({ ...body, request_id: '' })}`),
      )
    }
    const never = `?id=${randomUUID()}&timestamp=${Date.now() * 1000}`
    const missing = await answersOf(api.admin, [never])
    expect([...missing].join('')).toMatch(/^404 .*entry_not_found/)
    expect(await answersOf(reader, [entries.hidden, entries.theirs, entries.expired, never])).toEqual(missing)
    expect(await answersOf(theirs.pak, [entries.own, entries.hidden, entries.expired, never])).toEqual(
      missing,
    )
    expect(await answersOf(api.admin, [entries.expired])).toEqual(missing)
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
    expect(await codeOf('/api/v1/retention/receipt-keys')).toBe('forbidden')
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
  const world = await makeWorld(api)
  await deleteAgent(api.db, { id: world.mine.id })
  expect(await leaks(world, api.admin, [world.mine.id, expired])).toEqual([])
  const { mine, links } = world
  const gone = allPaths(world).filter((path) =>
    [mine.id, links.deployment, links.order].some((id) => path.includes(id)),
  )
  expect(gone.length).toBeGreaterThan(12)
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
