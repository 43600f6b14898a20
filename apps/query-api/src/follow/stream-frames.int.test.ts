import { once } from 'node:events'
import { until } from '@logboom/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { openQueryApi } from '../query-fixture.ts'
import type { TestQueryApi } from '../query-fixture.ts'
import { openSse } from './follow-fixture.ts'

let api: TestQueryApi
beforeAll(async () => {
  api = await openQueryApi()
})
afterAll(() => api.close())

type Frame = Record<string, unknown> & { type: string }

function openFrames(path: string, as = api.admin) {
  const frames: Frame[] = []
  const socket = new WebSocket(api.url.replace('http', 'ws') + path, {
    headers: { Authorization: `Bearer ${as}` },
  })
  socket.on('message', (data: Buffer) => frames.push(JSON.parse(data.toString('utf8'))))
  const of = (type: string) => frames.filter((frame) => frame.type === type)
  return {
    socket,
    frames,
    of,
    untilOf: (type: string, count = 1) => until(() => of(type).length >= count, { what: `${type} frames` }),
  }
}

/** How the upgrade is answered where it is refused. */
async function refusal(path: string, as?: string): Promise<[status: number | undefined, code: unknown]> {
  const { socket } = openFrames(path, as)
  socket.on('error', () => undefined)
  const [, response] = await once(socket, 'unexpected-response')
  let body = ''
  for await (const chunk of response) body += String(chunk)
  return [response.statusCode, JSON.parse(body).code]
}

test('frames say what events say, with the same ids', async () => {
  const agent = await api.createAgent()
  const sse = await openSse(api, `/api/v1/agents/${agent.id}/logs/stream`)
  const ws = openFrames(`/ws/logs?agent_id=${agent.id}`)
  await Promise.all([sse.untilLive(), ws.untilOf('live')])
  await api.store(agent.id, [{ message: 'one' }, { message: 'two' }], [{ from: '2026-11-27T00:00:00Z' }])
  await Promise.all([ws.untilOf('gap'), until(() => sse.events.length >= 3, { what: 'a gap' })])
  const events = sse.events.filter(({ type }) => ['entries', 'gap'].includes(type))
  const [entries, gap] = events
  expect(ws.of('entries')).toEqual([{ type: 'entries', id: entries?.id, ...entries?.data }])
  expect(ws.of('gap')).toEqual([{ type: 'gap', id: gap?.id, gap: gap?.data }])
  const again = openFrames(`/ws/logs?agent_id=${agent.id}&last_event_id=${entries?.id}`)
  await again.untilOf('live')
  expect(again.frames.map(({ type }) => type)).toEqual(['gap', 'live'])
  for (const { socket } of [ws, again]) socket.terminate()
  await sse.close()
})

test('what is refused is a problem, before the upgrade', async () => {
  expect(await refusal('/ws/logs?level=LOUD')).toEqual([400, 'invalid_parameter'])
  expect(await refusal('/ws/logs?limit=1')).toEqual([400, 'unknown_parameter'])
  expect(await refusal('/ws/logs', 'nobody')).toEqual([401, 'unauthorized'])
  expect(await refusal(`/ws/logs?agent_id=${crypto.randomUUID()}`)).toEqual([404, 'agent_not_found'])
  expect(await refusal('/ws/other')).toEqual([404, 'not_found'])
  const { status, body } = await api.get('/ws/logs')
  expect([status, body['code']]).toEqual([426, 'upgrade_required'])
})

test('a client that sends more than a few bytes is let go', async () => {
  const { socket, untilOf } = openFrames('/ws/logs')
  await untilOf('live')
  socket.send('x'.repeat(2_000))
  const [code] = await once(socket, 'close')
  expect(code).toBe(1009)
})

test('a scope holds for frames as for events', async () => {
  const [mine, theirs] = [await api.createAgent(), await api.createAgent()]
  const ws = openFrames('/ws/logs', mine.pak)
  await ws.untilOf('live')
  await api.store(theirs.id, [{ message: 'theirs' }])
  await api.store(mine.id, [{ message: 'mine' }])
  await ws.untilOf('entries')
  expect(JSON.stringify(ws.frames)).not.toContain('theirs')
  ws.socket.terminate()
})
