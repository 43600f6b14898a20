import { AgentWithProgress, formatMicros, LogHistogram } from '@logboom/contracts'
import type { ReadReport, SearchProgress } from '@logboom/contracts'
import { createStreamCache, deleteAgent, writeBatch } from '@logboom/db'
import { jobOf } from '@logboom/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openQueryApi } from './query-fixture.ts'
import type { TestQueryApi } from './query-fixture.ts'

let api: TestQueryApi
beforeAll(async () => {
  api = await openQueryApi()
})
afterAll(() => api.close())

let mine: { id: string; pak: string }
let theirs: { id: string; pak: string }
beforeEach(async () => {
  await api.pool.query('delete from agents')
  mine = await api.createAgent()
  theirs = await api.createAgent()
})

const at = (secondsAgo: number) =>
  BigInt(Math.floor(Date.now() / 1000) - secondsAgo) * 1_000_000_000n + 123_456_789n
const text = (nanos: bigint) =>
  `${new Date(Number(nanos / 1_000_000n)).toISOString().slice(0, 19)}.123456789Z`

async function report(agentId: string, untilNs: bigint, behind: ReadReport['behind'] = []): Promise<void> {
  const { rows } = await api.pool.query(
    `select coalesce(max(through), 0)::int + 1 as next from agent_commits where agent_id = $1`,
    [agentId],
  )
  const job = jobOf({ agentId, messages: [], instance: 'a', batchNumber: rows[0].next })
  const header = { ...job.header, read_report: { until_ns: String(untilNs), behind } }
  await writeBatch(api.db, { ...job, header }, createStreamCache())
}

async function progress(path: string, as?: string): Promise<SearchProgress> {
  const { complete_until, agents } = await api.page(path, as)
  const histogram = LogHistogram.parse((await api.get(path.replace('/logs', '/logs/histogram'), as)).body)
  expect(histogram).toMatchObject({ complete_until, agents: agents.map(({ agent_id }) => ({ agent_id })) })
  return { complete_until, agents }
}

describe('every answer tells how far it can be believed', () => {
  test('to the nanosecond, with the lag of each agent', async () => {
    const told = at(5)
    await report(mine.id, told)
    await api.store(mine.id, [{}])
    const { complete_until, agents } = await progress(`/api/v1/agents/${mine.id}/logs`)
    expect(complete_until).toBe(text(told))
    expect(agents).toEqual([
      { agent_id: mine.id, complete_until: text(told), lag_seconds: expect.closeTo(5, -1.8) },
    ])
  })

  test('also where nothing is found', async () => {
    const told = at(5)
    await report(mine.id, told)
    const path = `/api/v1/agents/${mine.id}/logs`
    expect((await progress(path)).complete_until).toBe(text(told))
    expect((await progress(`${path}?q=nothing&since=1h`)).complete_until).toBe(text(told))
  })

  test('as of the agent that lags most; one that never told makes the whole unknown', async () => {
    const [near, far] = [at(1), at(240)]
    await report(mine.id, near)
    expect(await progress('/api/v1/logs')).toMatchObject({
      complete_until: null,
      agents: [
        { agent_id: theirs.id, complete_until: null, lag_seconds: null },
        { agent_id: mine.id, complete_until: text(near) },
      ],
    })
    await report(theirs.id, far)
    expect(await progress('/api/v1/logs')).toMatchObject({
      complete_until: text(far),
      agents: [{ agent_id: theirs.id }, { agent_id: mine.id }],
    })
    expect((await progress(`/api/v1/logs?agent_id=${mine.id}`)).complete_until).toBe(text(near))
  })

  test('of the streams that are asked for', async () => {
    const [near, far] = [at(1), at(240)]
    await report(mine.id, near, [
      { namespace: 'shop', pod_name: 'web-1', container_name: 'app', until_ns: String(far) },
    ])
    const until = async (query: string) =>
      (await progress(`/api/v1/agents/${mine.id}/logs?${query}`)).complete_until
    for (const query of ['', 'namespace=shop', 'pod_name=web', 'pod_name_exact=web-1', 'container_name=app'])
      expect([query, await until(query)]).toEqual([query, text(far)])
    for (const query of ['namespace=bank', 'pod_name=db', 'pod_name_exact=web', 'container_name=sidecar'])
      expect([query, await until(query)]).toEqual([query, text(near)])
  })

  test('of a deployment object or work order by the agent whose it is', async () => {
    for (const [place, table] of [
      ['deployment-objects', 'deployment_objects'],
      ['work-orders', 'work_orders'],
    ]) {
      const told = at(60)
      await report(mine.id, told)
      await api.pool.query(`insert into ${table} (id, agent_id) values ($1, $1)`, [mine.id])
      expect(await progress(`/api/v1/${place}/${mine.id}/logs`)).toMatchObject({
        complete_until: text(told),
        agents: [{ agent_id: mine.id }],
      })
    }
  })

  test('never of an agent that the caller may not read, nor of one that was deleted', async () => {
    const told = at(60)
    await report(mine.id, told, [{ namespace: 'hidden', pod_name: 'p', container_name: null, until_ns: '5' }])
    const reader = await api.issueReader({ agents: [mine.id], namespaces: ['seen'] })
    for (const as of [mine.pak, reader])
      expect((await progress('/api/v1/logs', as)).agents).toMatchObject([{ agent_id: mine.id }])
    // nor by a stream of a namespace that is out of the caller's scope
    expect((await progress('/api/v1/logs', reader)).complete_until).toBe(text(told))
    expect((await progress('/api/v1/logs', mine.pak)).complete_until).toBe('1970-01-01T00:00:00.000000005Z')
    await deleteAgent(api.db, { id: theirs.id })
    expect((await progress('/api/v1/logs')).agents).toMatchObject([{ agent_id: mine.id }])
    await deleteAgent(api.db, { id: mine.id })
    expect(await progress('/api/v1/logs')).toEqual({ complete_until: null, agents: [] })
  })

  test('of the twenty that lag most, where there are more', async () => {
    const told: string[] = []
    for (let index = 0; index < 23; index += 1) {
      const { id } = await api.createAgent()
      await report(id, at(1_000 - index))
      told.push(id)
    }
    const { agents } = await progress('/api/v1/logs')
    expect(agents.map(({ agent_id }) => agent_id)).toEqual([
      ...[mine.id, theirs.id].toSorted(),
      ...told.slice(0, 18),
    ])
  })
})

test('a page has every line that it says is there, while lines of ever new pods come in', async () => {
  const startUs = Date.now() * 1000 - 60e6
  const lines = 150
  const timeOf = (line: number) => startUs + line * 1_000
  const streams = createStreamCache()
  let isDone = false
  const writing = (async () => {
    for (let line = 1; line <= lines; line += 1) {
      const stream = { id: String(9_000_000 + line), pod_name: `pod-${line}` }
      const job = jobOf({
        agentId: mine.id,
        messages: ['a'],
        instance: 'a',
        batchNumber: line,
        timeUs: timeOf(line),
        stream,
      })
      const read_report = { until_ns: `${timeOf(line) + 1}000`, behind: [] }
      await writeBatch(api.db, { ...job, header: { ...job.header, read_report } }, streams)
    }
    isDone = true
  })()
  let pages = 0
  while (!isDone || pages === 0) {
    const { logs, complete_until } = await api.page(`/api/v1/agents/${mine.id}/logs?limit=1000&order=asc`)
    const told = complete_until === null ? 0 : (Date.parse(complete_until) * 1000 - startUs) / 1_000
    expect(logs.length).toBeGreaterThanOrEqual(Math.floor(told))
    pages += 1
  }
  await writing
  expect(pages).toBeGreaterThan(2)
  expect((await api.page(`/api/v1/agents/${mine.id}/logs`)).complete_until).toBe(
    `${formatMicros(timeOf(lines) + 1).slice(0, -1)}000Z`,
  )
})

test('agents are shown with how far they have got, each for itself', async () => {
  const told = at(30)
  await report(mine.id, told)
  const shown = { complete_until: text(told), lag_seconds: expect.closeTo(30, -1.8) }
  expect((await api.get(`/api/v1/agents/${mine.id}`)).body).toMatchObject(shown)
  expect((await api.get(`/api/v1/agents/${theirs.id}`)).body).toMatchObject({
    complete_until: null,
    lag_seconds: null,
  })
  const listed = await api.list('agents', AgentWithProgress)
  expect(listed.find(({ id }) => id === mine.id)).toMatchObject(shown)
  expect(listed.find(({ id }) => id === theirs.id)).toMatchObject({ complete_until: null })
})
