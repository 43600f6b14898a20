import { afterAll, beforeAll, expect, test } from 'vitest'
import { openQueryApi } from '../query-fixture.ts'
import type { TestQueryApi } from '../query-fixture.ts'
import { openSse } from './follow-fixture.ts'

let api: TestQueryApi
beforeAll(async () => {
  api = await openQueryApi()
})
afterAll(() => api.close())

const agoUs = (seconds: number) => ({ us: Date.now() * 1000 - seconds * 1e6, ns: 0 })

test('a batch with lines of now and of hours ago is given whole, live and replayed', async () => {
  const agent = await api.createAgent()
  const path = `/api/v1/agents/${agent.id}/logs/stream`
  const live = await openSse(api, path)
  await live.untilLive()
  await api.store(agent.id, [{ message: 'between', time: agoUs(3_600) }])
  await api.store(agent.id, [
    { message: 'five hours', time: agoUs(18_000) },
    { message: 'two hours', time: agoUs(7_200), stream: { pod_name: 'other' } },
    { message: 'now', time: agoUs(0) },
  ])
  await live.untilMessage('now')
  expect(live.messages()).toEqual(['between', 'five hours', 'two hours', 'now'])
  const replay = await openSse(api, `${path}?since=3h`)
  await replay.untilLive()
  expect(replay.messages()).toEqual(['between', 'two hours', 'now'])
  await Promise.all([live.close(), replay.close()])
})

test('lines that have expired are never given, whatever the ledger still says of them', async () => {
  const agent = await api.createAgent()
  const [old] = await api.store(agent.id, [{ message: 'expired' }], [{ pod_name: 'expired too' }])
  await api.store(agent.id, [{ message: 'kept' }])
  for (const table of ['agent_logs', 'log_gaps', 'write_log']) {
    const which = table === 'agent_logs' ? 'id' : 'agent_id'
    await api.pool.query(
      `update ${table} set created_at = created_at - interval '13 hours' where ${which} = $1 and ctid = (
         select min(ctid) from ${table} where ${which} = $1)`,
      [table === 'agent_logs' ? old : agent.id],
    )
  }
  const replay = await openSse(api, `/api/v1/agents/${agent.id}/logs/stream?since=1d`)
  await replay.untilLive()
  expect(replay.text()).not.toContain('expired')
  expect(replay.messages()).toEqual(['kept'])
  await replay.close()
})

test('two processes give the same, and either goes on where the other was left', async () => {
  const agent = await api.createAgent()
  const other = await openQueryApi({}, (url) => (url.pathname = new URL(api.databaseUrl).pathname))
  const path = `/api/v1/agents/${agent.id}/logs/stream`
  const streams = await Promise.all([openSse(api, path), openSse({ ...other, admin: api.admin }, path)])
  await Promise.all(streams.map((stream) => stream.untilLive()))
  for (const n of [1, 2, 3]) await api.store(agent.id, [{ message: `line ${n}` }])
  await Promise.all(streams.map((stream) => stream.untilMessage('line 3')))
  expect(streams[0].entries()).toEqual(streams[1].entries())
  const second = streams[0].events.filter(({ type }) => type === 'entries')[1]
  const again = await openSse({ ...other, admin: api.admin }, path, { lastEventId: second?.id ?? null })
  await again.untilLive()
  expect(again.messages()).toEqual(['line 3'])
  await Promise.all([...streams, again].map((stream) => stream.close()))
  await other.close()
})
