import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openQueryApi } from '../query-fixture.ts'
import type { TestQueryApi } from '../query-fixture.ts'
import { openSse } from './follow-fixture.ts'

let api: TestQueryApi
beforeAll(async () => {
  api = await openQueryApi()
})
afterAll(() => api.close())

const numbered = (count: number, from = 0) =>
  Array.from({ length: count }, (_, n) => ({ message: `line ${from + n}` }))

test('a follower sees what is committed from now on, soon also without Redis, and nothing older', async () => {
  const agent = await api.createAgent()
  await api.store(agent.id, numbered(3))
  const stream = await openSse(api, `/api/v1/agents/${agent.id}/logs/stream`)
  expect(stream.status).toBe(200)
  expect(stream.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
  expect(stream.headers.get('x-accel-buffering')).toBe('no')
  await stream.untilLive()
  await api.store(agent.id, numbered(2, 3))
  const storedMs = performance.now()
  await stream.untilMessage('line 4')
  expect(performance.now() - storedMs).toBeLessThan(1_500)
  expect(stream.messages()).toEqual(['line 3', 'line 4'])
  await stream.close()
})

test('it is told the entries as a search tells them', async () => {
  const agent = await api.createAgent()
  const stream = await openSse(api, '/api/v1/logs/stream')
  await api.store(agent.id, [
    {
      message: 'a "line"\nof two',
      severity: 17,
      flags: 2,
      attributes: '{"a":{"b":1.50}}',
      stream: { labels: { app: 'web' }, node: 'n1' },
    },
  ])
  await stream.untilMessage('a "line"\nof two')
  const { logs } = await api.page(`/api/v1/agents/${agent.id}/logs`)
  expect(stream.entries().filter(({ agent_id }) => agent_id === agent.id)).toEqual(logs)
  await stream.close()
})

describe('beginning', () => {
  test('since: what is stored is replayed in the order of commit, then followed', async () => {
    const agent = await api.createAgent()
    const nowUs = Date.now() * 1000
    await api.store(agent.id, [{ message: 'old', time: { us: nowUs - 3_600e6, ns: 0 } }])
    await api.store(agent.id, [{ message: 'second', time: { us: nowUs - 1e6, ns: 0 } }])
    await api.store(agent.id, [
      { message: 'late', time: { us: nowUs - 60e6, ns: 0 } },
      { message: 'too late', time: { us: nowUs - 3_600e6, ns: 0 } },
    ])
    const stream = await openSse(api, `/api/v1/agents/${agent.id}/logs/stream?since=15m`)
    await stream.untilLive()
    expect(stream.messages()).toEqual(['second', 'late'])
    await api.store(agent.id, [
      { message: 'new', time: { us: nowUs, ns: 0 } },
      { message: 'late again', time: { us: nowUs - 30e6, ns: 0 } },
      { message: 'too late again', time: { us: nowUs - 3_600e6, ns: 0 } },
    ])
    await stream.untilMessage('new')
    expect(stream.messages()).toEqual(['second', 'late', 'late again', 'new'])
    await stream.close()
  })

  test('tail: the newest lines first, oldest of them first, then what comes', async () => {
    const agent = await api.createAgent()
    const nowUs = Date.now() * 1000
    await api.store(
      agent.id,
      numbered(10).map((line, n) => ({ ...line, time: { us: nowUs - 1e6 + n, ns: 0 } })),
    )
    const stream = await openSse(api, `/api/v1/agents/${agent.id}/logs/stream?tail=3`)
    await stream.untilLive()
    expect(stream.messages()).toEqual(['line 7', 'line 8', 'line 9'])
    await api.store(agent.id, numbered(1, 10))
    await stream.untilMessage('line 10')
    expect(stream.messages()).toEqual(['line 7', 'line 8', 'line 9', 'line 10'])
    await stream.close()
  })

  test('Last-Event-ID: after that event', async () => {
    const agent = await api.createAgent()
    const path = `/api/v1/agents/${agent.id}/logs/stream`
    const first = await openSse(api, path)
    await first.untilLive()
    await api.store(agent.id, numbered(2))
    await first.untilMessage('line 1')
    await first.close()
    await api.store(agent.id, numbered(2, 2))
    const again = await openSse(api, path, { lastEventId: first.lastId() })
    await again.untilLive()
    expect(again.messages()).toEqual(['line 2', 'line 3'])
    await again.close()
  })
})

test('what cannot be followed is refused before the stream begins', async () => {
  const agent = await api.createAgent()
  const codeOf = async (path: string, as = api.admin) => (await api.get(path, as)).body['code']
  expect(await codeOf('/api/v1/logs/stream?level=LOUD')).toBe('invalid_parameter')
  expect(await codeOf('/api/v1/logs/stream?limit=10')).toBe('unknown_parameter')
  expect(await codeOf('/api/v1/logs/stream?until=1h')).toBe('unknown_parameter')
  expect(await codeOf('/api/v1/logs/stream?tail=1001')).toBe('invalid_parameter')
  expect(await codeOf('/api/v1/logs/stream?q=/(/')).toBe('invalid_parameter')
  expect(await codeOf('/api/v1/logs/stream?last_event_id=x')).toBe('invalid_cursor')
  expect(await codeOf(`/api/v1/agents/${randomUUID()}/logs/stream`)).toBe('agent_not_found')
  expect(await codeOf(`/api/v1/deployment-objects/${randomUUID()}/logs/stream`)).toBe(
    'deployment_object_not_found',
  )
  expect(await codeOf(`/api/v1/agents/${agent.id}/logs/stream`, 'nobody')).toBe('unauthorized')
})
