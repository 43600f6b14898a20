import { until } from '@logboom/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { useAgentBench } from '../../agent-bench-fixture.ts'
import type { AgentHere } from '../../agent-fixture.ts'
import { createFakeEngine } from './fake-engine-fixture.ts'
import type { FakeEngine } from './fake-engine-fixture.ts'

const bench = useAgentBench()
const { expectMessages } = bench
let engine: FakeEngine

beforeEach(async () => {
  engine = createFakeEngine(bench.file('engine.sock'))
  await engine.listen()
})
afterEach(() => engine.stop())

function start(env: Record<string, string> = {}): Promise<AgentHere> {
  return bench.start({ FOLLOW: '', DOCKER: 'true', DOCKER_HOST: engine.url, ...env })
}

/** Waits until the engine serves so many logs that are followed. */
const untilFollowed = (count: number) =>
  until(() => engine.followers() === count, { what: `${count} logs to be followed` })

test('a line comes with the time, the output and the names of its container, and only with labels that are kept', async () => {
  const labels = {
    'com.docker.compose.project': 'shop',
    'com.docker.compose.service': 'web',
    'brokkr.io/deployment-object-id': '0f0e3a1c-6a4e-4a30-9b57-0c5c5f2f6f10',
    'brokkr.io/work-order-id': '1f0e3a1c-6a4e-4a30-9b57-0c5c5f2f6f10',
    secret: 'x',
  }
  const container = engine.run({ name: 'shop-web-1', labels })
  const ns = BigInt(Date.now()) * 1_000_000n + 123_456n
  engine.write(container, '[ERROR] out of stock', { output: 'stderr', ns })
  await start()
  await expectMessages(['[ERROR] out of stock'])
  const [entry] = bench.broker.entries()
  expect(entry).toMatchObject({
    namespace: 'shop',
    pod_name: 'shop-web-1',
    container_name: 'web',
    pod_uid: container.id,
    output: 'stderr',
    level: 'ERROR',
    deployment_object_id: labels['brokkr.io/deployment-object-id'],
    work_order_id: labels['brokkr.io/work-order-id'],
    labels: { 'com.docker.compose.project': 'shop', 'com.docker.compose.service': 'web' },
  })
  expect(entry?.timestamp.slice(-7)).toBe('123456Z')
})

test.each([
  ['a terminal', true, 'raw-stream'],
  ['none', false, 'multiplexed-stream'],
])(
  'a container with %s: lines of more than 16 KiB are whole, wherever the stream is cut',
  async (_what, tty) => {
    engine.pieceBytes = 4_321
    const container = engine.run({ tty })
    const long = 'x'.repeat(40_000)
    engine.write(container, long)
    engine.write(container, '')
    await start({ MAX_MESSAGE_LENGTH: '65536' })
    await untilFollowed(1)
    engine.write(container, 'after')
    await expectMessages([long, '', 'after'])
  },
)

test('a restart of the agent reads on: nothing is lost or sent twice, also among lines of one time', async () => {
  const container = engine.run()
  const ns = BigInt(Date.now()) * 1_000_000n
  for (const text of ['a', 'a', 'b']) engine.write(container, text, { ns })
  const first = await start()
  await expectMessages(['a', 'a', 'b'])
  await first.stop()
  for (const text of ['c', 'a']) engine.write(container, text, { ns: ns + 1n })
  engine.write(container, 'late', { ns: ns - 40_000_000n, output: 'stderr' })
  await start()
  await expectMessages(['a', 'a', 'b', 'c', 'a', 'late'])
  expect(new Set(bench.broker.entries().map((it) => it.entry_id)).size).toBe(6)
  expect(engine.logRequests.at(-1)?.get('since')).toMatch(/^\d+\.\d{9}$/)
  expect(bench.broker.gaps()).toEqual([])
})

test('a container that is started again goes on in the same log', async () => {
  const container = engine.run()
  engine.write(container, 'life 1')
  await start()
  await expectMessages(['life 1'])
  engine.write(container, 'last words')
  engine.die(container)
  await expectMessages(['life 1', 'last words'])
  await untilFollowed(0)
  engine.start(container)
  engine.write(container, 'life 2')
  await expectMessages(['life 1', 'last words', 'life 2'])
  const entries = bench.broker.entries()
  expect(new Set(entries.map(({ pod_uid }) => pod_uid)).size).toBe(1)
  expect(entries.map(({ seq }) => seq)).toEqual([1, 2, 3])
})

test.each([
  ['a terminal', true],
  ['none', false],
])('the last words of a container with %s come once, also without a newline', async (_what, tty) => {
  const container = engine.run({ tty })
  const first = await start()
  await untilFollowed(1)
  engine.write(container, 'fine so far')
  engine.write(container, 'panic: no newline', { isUnfinished: true })
  await expectMessages(['fine so far'])
  engine.die(container)
  await expectMessages(['fine so far', 'panic: no newline'])
  await first.stop()
  await start()
  const other = engine.run({ name: 'other' })
  engine.write(other, 'later')
  await expectMessages(['fine so far', 'panic: no newline', 'later'])
  expect(bench.broker.gaps()).toEqual([])
})

test('the engine may come after the agent, and go and come back', async () => {
  const container = engine.run()
  engine.write(container, '1')
  await engine.stop()
  const agent = await start()
  await until(() => agent.logged().some((line) => line.includes('does not answer')), { what: 'a warning' })
  await engine.listen()
  await expectMessages(['1'])
  await engine.stop()
  engine.write(container, '2')
  const later = engine.run({ name: 'later' })
  engine.write(later, '3')
  await engine.listen()
  await until(() => bench.messages().length === 3, { what: 'three lines', timeoutMs: 10_000 })
  expect(bench.messages().toSorted()).toEqual(['1', '2', '3'])
  expect(bench.broker.gaps()).toEqual([])
})

test('a container that is removed as soon as it ends has all of its lines', async () => {
  await start()
  await until(() => engine.followers() === 0, { what: 'nothing to follow' })
  const container = engine.run()
  await untilFollowed(1)
  engine.write(container, 'first')
  engine.write(container, 'last')
  engine.remove(container)
  await expectMessages(['first', 'last'])
  const other = engine.run({ name: 'other' })
  engine.write(other, 'another')
  await expectMessages(['first', 'last', 'another'])
  expect(bench.broker.gaps()).toEqual([])
})

test('a container that was removed while the agent was down leaves a gap', async () => {
  const container = engine.run()
  engine.write(container, '1')
  const first = await start()
  await expectMessages(['1'])
  await first.stop()
  engine.write(container, 'never read')
  engine.remove(container)
  const second = await start()
  await until(() => bench.broker.gaps().length === 1, { what: 'a gap' })
  expect(bench.broker.gaps()[0]).toMatchObject({
    reason: 'unreadable',
    exact: false,
    pod_name: 'web',
    from: bench.broker.entries()[0]?.timestamp,
  })
  await second.stop()
  await start()
  engine.write(engine.run({ name: 'other' }), '2')
  await expectMessages(['1', '2'])
  expect(bench.broker.gaps()).toHaveLength(1)
})

test('a log that hangs after its file was truncated is opened anew', async () => {
  const container = engine.run()
  const { registry } = await start({ DOCKER_REOPEN_MS: '500' })
  await untilFollowed(1)
  engine.write(container, '1')
  await expectMessages(['1'])
  engine.truncate(container)
  engine.write(container, '2')
  await expectMessages(['1', '2'])
  expect(await registry.metrics()).toMatch(/docker_reopens_total\{cause="due"\} [1-9]/)
})

test('a silent container is not opened anew before its time', async () => {
  const container = engine.run()
  await start({ DOCKER_SILENT_MS: '100' })
  await untilFollowed(1)
  const busy = engine.run({ name: 'busy' })
  for (const [n, text] of ['1', '2'].entries()) {
    engine.write(busy, text)
    await until(() => engine.logRequests.length >= 3 + n, { what: 'the busy one to be opened anew' })
  }
  expect(engine.logRequests).toHaveLength(4)
  engine.write(container, '3')
  await expectMessages(['1', '2', '3'])
})

test('a stream that makes no sense any more is opened anew, and nothing is lost', async () => {
  const container = engine.run()
  engine.write(container, '1')
  const { registry } = await start()
  await expectMessages(['1'])
  engine.garble()
  engine.write(container, '2')
  await expectMessages(['1', '2'])
  expect(await registry.metrics()).toContain('docker_reopens_total{cause="misaligned"} 1')
})

test('a renamed container has its new name on the next line, and goes on as one log', async () => {
  const container = engine.run({ name: 'old' })
  await start()
  await untilFollowed(1)
  engine.write(container, '1')
  await expectMessages(['1'])
  engine.rename(container, 'new')
  engine.write(engine.run({ name: 'other' }), 'x')
  await until(() => bench.messages().includes('x'), { what: 'events to be read' })
  engine.write(container, '2')
  await until(() => bench.messages().includes('2'), { what: 'the second line' })
  const named = bench.broker.entries().map((it) => `${it.pod_name} ${it.message}`)
  expect(named.toSorted()).toEqual(['new 2', 'old 1', 'other x'])
})

test.each(['none', 'gelf'])('a log driver that cannot be read (%s) is told of once', async (driver) => {
  engine.run({ name: 'mute', driver })
  const agent = await start()
  const warnings = () => agent.logged().filter((line) => line.includes('cannot be read'))
  await until(() => warnings().length > 0, { what: 'a warning' })
  const container = engine.run({ name: 'web' })
  engine.write(container, '1')
  await expectMessages(['1'])
  expect(warnings()).toHaveLength(1)
  expect(await agent.registry.metrics()).toContain('docker_containers{state="unreadable"} 1')
})

test('only selected containers are read, and none that says no', async () => {
  const labels = { collect: 'yes', team: 'a' }
  engine.write(engine.run({ name: 'wanted', labels }), 'wanted')
  engine.write(engine.run({ name: 'other', labels: { collect: 'no', team: 'a' } }), 'other')
  engine.write(
    engine.run({ name: 'opted-out', labels: { ...labels, 'logs.brokkr.io/exclude': 'true' } }),
    'x',
  )
  await start({ DOCKER_SELECTOR: 'collect=yes, team' })
  await expectMessages(['wanted'])
  expect(engine.logRequests).toHaveLength(1)
})

test('a container that runs and says nothing does not hold up what is known of the others', async () => {
  engine.run({ name: 'silent' })
  const loud = engine.run({ name: 'loud' })
  await start()
  await untilFollowed(2)
  const reportOfLast = () => {
    const { read_until: told } = JSON.parse(bench.broker.pushes.at(-1)?.body ?? '{}') as {
      read_until?: { behind: { until: string | null }[] }
    }
    return told?.behind.every(({ until: us }) => us !== null)
  }
  const isKnown = () => {
    engine.write(loud, 'x')
    return reportOfLast()
  }
  await until(isKnown, { what: 'a report that knows of both', intervalMs: 50 })
})
