import { appendFileSync } from 'node:fs'
import { until } from '@logboom/testing'
import { expect, test } from 'vitest'
import { useAgentBench } from '../agent-bench-fixture.ts'

const bench = useAgentBench()

const slow = { FLUSH_INTERVAL_SECONDS: '20' }
const follow = (containerName: string, requestsPerMinute = 60) => ({
  follow: {
    until: new Date(Date.now() + 60_000).toISOString(),
    streams: [{ namespace: 'host', container_name: containerName }],
    requests_per_minute: requestsPerMinute,
  },
})

test('lines that somebody follows arrive within seconds, those of other streams as usual, and all of them once', async () => {
  bench.broker.asks = follow('app.log')
  const agent = await bench.start(slow)
  await until(() => bench.broker.heartbeats.length > 0, { what: 'a heartbeat, which asks' })
  const write = (number: number) => {
    appendFileSync(bench.logs, `followed ${number}\n`)
    appendFileSync(bench.file('other.log'), `other ${number}\n`)
  }
  for (const number of [1, 2, 3]) {
    write(number)
    await until(() => bench.messages().includes(`followed ${number}`), { what: `line ${number}` })
  }
  // What there was when it began to be followed went with the first.
  expect(bench.messages().filter((message) => message !== 'other 1')).toEqual([
    'followed 1',
    'followed 2',
    'followed 3',
  ])
  await agent.stop()
  const all = [1, 2, 3].flatMap((number) => [`followed ${number}`, `other ${number}`])
  expect(bench.messages().toSorted()).toEqual(all.toSorted())
})

test('following costs the other lines none of their requests', async () => {
  bench.broker.limits = { ...bench.broker.limits, requests_per_minute: 1, request_burst: 2 }
  bench.broker.asks = follow('app.log', 600)
  await bench.start({ FLUSH_INTERVAL_SECONDS: '0.2' })
  // One of the two requests may go before the agent has heard of it.
  await until(() => bench.broker.heartbeats.length > 0, { what: 'a heartbeat, which asks' })
  for (const number of [1, 2, 3]) {
    appendFileSync(bench.logs, `followed ${number}\n`)
    await until(() => bench.messages().includes(`followed ${number}`), { what: `line ${number}` })
  }
  appendFileSync(bench.file('other.log'), 'other\n')
  await until(() => bench.messages().includes('other'), { what: 'the other line' })
})

test('an agent that has sent everything tells how far it has read, and after which batch', async () => {
  appendFileSync(bench.logs, 'x\n')
  const first = await bench.start()
  await until(() => bench.messages().length === 1, { what: 'the line' })
  const { read_until } = JSON.parse(bench.broker.pushes[0]?.body ?? '') as {
    read_until?: { behind: unknown[] }
  }
  expect(read_until).toMatchObject({ behind: expect.any(Array) })
  await first.stop()
  const before = bench.broker.heartbeats.length
  await bench.start()
  await until(() => bench.broker.heartbeats.length > before, { what: 'a heartbeat' })
  const beat = JSON.parse(bench.broker.heartbeats.at(-1) ?? '') as Record<string, unknown>
  expect(beat['instance']).toBe(bench.broker.pushes[0]?.instance)
})
