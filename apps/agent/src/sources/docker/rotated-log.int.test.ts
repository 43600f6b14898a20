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

test('a rotation within a disconnect leaves a gap from the last line before to the first after', async () => {
  const container = engine.run()
  engine.write(container, '1')
  const first = await start()
  await expectMessages(['1'])
  await first.stop()
  engine.write(container, '2')
  engine.write(container, '3', { ns: BigInt(Date.now()) * 1_000_000n })
  engine.rotate(container, 1)
  await start()
  await expectMessages(['1', '3'])
  await until(() => bench.broker.gaps().length > 0, { what: 'a gap' })
  const [one, three] = bench.broker.entries()
  expect(bench.broker.gaps()).toMatchObject([{ reason: 'rotated', exact: false, from: one?.timestamp }])
  expect(bench.broker.gaps()[0]?.to.slice(0, 23)).toBe(three?.timestamp.slice(0, 23))
})

test('a rotation leaves its gap also where the agent is started again before it can be told', async () => {
  const container = engine.run()
  const startNs = BigInt(Date.now()) * 1_000_000n
  const at = (ms: number) => ({ ns: startNs + BigInt(ms) * 1_000_000n })
  engine.write(container, '1', at(0))
  const first = await start()
  await expectMessages(['1'])
  await first.stop()
  engine.write(container, 'lost', at(1))
  engine.write(container, '2', at(100))
  engine.rotate(container, 1)
  const second = await start()
  await until(() => bench.messages().includes('2'), { what: 'a line that may be out of order' })
  await second.stop()
  engine.write(container, '3', at(200))
  const third = await start()
  await until(() => bench.messages().includes('3'), { what: 'another one' })
  engine.write(container, '4', at(3_000))
  await until(() => bench.broker.gaps().length > 0, { what: 'a gap' })
  await third.stop()
  const stored = new Map(bench.broker.entries().map((entry) => [entry.entry_id, entry.message]))
  expect([...stored.values()].toSorted()).toEqual(['1', '2', '3', '4'])
  expect(bench.broker.gaps()).toMatchObject([{ reason: 'rotated', exact: false }])
})
