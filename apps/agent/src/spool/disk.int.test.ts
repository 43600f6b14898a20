import { appendFileSync, existsSync, readdirSync, rmSync } from 'node:fs'
import { until } from '@logboom/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { useAgentBench } from '../agent-bench-fixture.ts'
import type { AgentHere } from '../agent-fixture.ts'
import { makeSmallDisk } from './full-disk-fixture.ts'
import type { SmallDisk } from './full-disk-fixture.ts'

const bench = useAgentBench()
const { expectMessages } = bench

const write = (...lines: string[]) => appendFileSync(bench.logs, lines.map((line) => `${line}\n`).join(''))

const untilCheck = (agent: AgentHere, code: string) =>
  until(async () => (await agent.ready()).checks['spool'] === code, {
    what: `spool: ${code}`,
    timeoutMs: 10_000,
  })
const untilReady = (agent: AgentHere) =>
  until(async () => (await agent.ready()).ready, { what: 'ready again', timeoutMs: 10_000 })

const batchFiles = () => readdirSync(bench.file('spool')).filter((name) => name.endsWith('.batch'))
const untilEmpty = () => until(() => batchFiles().length === 0, { what: 'an empty spool' })

describe('a full disk', () => {
  let disk: SmallDisk
  beforeEach(() => {
    disk = makeSmallDisk(bench.file('spool'))
  })
  afterEach(() => disk.remove())

  test('does not stop delivery, is told once, and nothing is lost or doubled when it takes something again', async () => {
    const agent = await bench.start()
    write('1')
    await expectMessages(['1'])
    await untilEmpty()
    disk.fill()
    write('2')
    await expectMessages(['1', '2'])
    write('3')
    await expectMessages(['1', '2', '3'])
    await untilCheck(agent, 'DEGRADED')
    expect(await agent.registry.metrics()).toContain('logboom_agent_spool_degraded 1\n')
    expect(agent.logged().filter((line) => line.includes('sent from memory'))).toHaveLength(1)
    disk.empty()
    await untilReady(agent)
    expect(await agent.registry.metrics()).toContain('logboom_agent_spool_degraded 0\n')
    write('4')
    await expectMessages(['1', '2', '3', '4'])
    await agent.stop()
    await bench.start()
    write('5')
    await expectMessages(['1', '2', '3', '4', '5'])
  })

  test('while the broker is away too, lines are held in memory, and on the disk as soon as it takes them', async () => {
    const agent = await bench.start({ SHUTDOWN_GRACE_MS: '200' })
    write('1')
    await expectMessages(['1'])
    await untilEmpty()
    bench.broker.behave = () => 'keep and drop'
    disk.fill()
    write('2')
    await untilCheck(agent, 'DEGRADED')
    const held = () => bench.broker.pushes.find(({ instance }) => instance.includes('-memory-'))
    await until(held, { what: 'a push from memory' })
    disk.empty()
    await untilReady(agent)
    await agent.stop()
    bench.broker.behave = () => 'keep'
    await bench.start()
    await untilEmpty()
    const again = bench.broker.pushes.at(-1)
    expect({ key: again?.key, instance: again?.instance, number: again?.number, body: again?.body }).toEqual({
      key: held()?.key,
      instance: held()?.instance,
      number: 1,
      body: held()?.body,
    })
    write('3')
    await until(() => bench.messages().at(-1) === '3', { what: 'the third line' })
    expect(new Set(bench.messages())).toEqual(new Set(['1', '2', '3']))
  })

  test('gets room again by what the broker has committed', async () => {
    bench.broker.behave = () => ({ status: 503 })
    const agent = await bench.start()
    const lines = Array.from({ length: 3_000 }, (_, index) => `${index} ${Math.random()} ${Math.random()}`)
    write(...lines)
    await until(() => batchFiles().length > 1, { what: 'batches' })
    disk.fill()
    bench.broker.behave = () => 'keep'
    await until(() => bench.messages().length >= lines.length, { what: 'all lines', timeoutMs: 20_000 })
    expect(bench.messages().toSorted()).toEqual(lines.toSorted())
    disk.empty()
    await untilReady(agent)
  })
})

test('when the memory is full as well, reading pauses, says so, and nothing is lost', async () => {
  const agent = await bench.start({ SPOOL_MEMORY_BYTES: '100000', SPOOL_DIR: bench.file('gone/spool') })
  write('first')
  await expectMessages(['first'])
  bench.broker.behave = () => ({ status: 503 })
  rmSync(bench.file('gone'), { recursive: true })
  // In the place of the directory: it cannot be made again.
  appendFileSync(bench.file('gone'), '')
  const lines = Array.from({ length: 5_000 }, (_, index) => `${index} ${Math.random()} ${Math.random()}`)
  write(...lines)
  await untilCheck(agent, 'UNWRITABLE')
  const held = Number(/spool_held_bytes (\d+)/.exec(await agent.registry.metrics())?.[1])
  expect(held).toBeLessThan(100_001)
  bench.broker.behave = () => 'keep'
  await until(() => bench.messages().length > lines.length, { what: 'all lines', timeoutMs: 30_000 })
  expect(bench.messages().slice(1).toSorted()).toEqual(lines.toSorted())
}, 60_000)

test('a spool whose directory is deleted is made anew, and what was read is not read again', async () => {
  appendFileSync(bench.file('quiet.log'), 'quiet\n')
  const agent = await bench.start()
  write('1')
  await until(() => bench.messages().length === 2, { what: 'both lines' })
  rmSync(bench.file('spool'), { recursive: true })
  write('2')
  await until(() => bench.messages().includes('2'), { what: 'the second line' })
  await untilReady(agent)
  await until(() => existsSync(bench.file('spool/journal')), { what: 'a journal' })
  write('3')
  await until(() => bench.messages().includes('3'), { what: 'the third line' })
  await agent.stop()
  const second = await bench.start()
  write('4')
  await until(() => bench.messages().includes('4'), { what: 'the fourth line' })
  expect(bench.messages().toSorted()).toEqual(['1', '2', '3', '4', 'quiet'])
  expect(await second.registry.metrics()).toContain('logboom_agent_lines_read_total 1\n')
  expect(bench.broker.gaps()).toEqual([])
})
