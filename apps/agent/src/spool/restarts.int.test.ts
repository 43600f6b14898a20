import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { until } from '@logboom/testing'
import { describe, expect, test } from 'vitest'
import { useAgentBench } from '../agent-bench-fixture.ts'

const bench = useAgentBench()
const { expectMessages } = bench

describe('restarts', () => {
  test('a batch that was fsynced and not answered is sent again byte for byte, and reading goes on behind it', async () => {
    bench.broker.behave = () => 'keep and drop'
    writeFileSync(bench.logs, '1\n2\n')
    const first = await bench.start({ SHUTDOWN_GRACE_MS: '200' })
    await until(() => bench.broker.pushes.length >= 2, { what: 'a retry' })
    await first.stop()
    const before = bench.broker.pushes.length
    bench.broker.behave = () => 'keep'
    appendFileSync(bench.logs, '3\n')
    await bench.start()
    await until(() => bench.messages().includes('3'), { what: 'the third line' })
    const again = bench.broker.pushes[before]
    expect(again?.key).toBe(bench.broker.pushes[0]?.key)
    expect(new Set(bench.broker.pushes.slice(0, before + 1).map(({ body }) => body)).size).toBe(1)
    expect(bench.broker.pushes.at(-1)?.entries.map(({ message }) => message)).toEqual(['3'])
    expect(bench.broker.pushes.at(-1)?.number).toBe(2)
    expect(new Set(bench.broker.pushes.map(({ instance }) => instance)).size).toBe(1)
  })

  test('a stop sends what is buffered', async () => {
    writeFileSync(bench.logs, 'one\ntwo\n')
    const agent = await bench.start({ FLUSH_INTERVAL_SECONDS: '60' })
    await until(async () => (await agent.registry.metrics()).includes('lines_read_total 2'), {
      what: 'reading',
    })
    expect(bench.messages()).toEqual([])
    await agent.stop()
    expect(bench.messages()).toEqual(['one', 'two'])
  })

  test('an open line goes on as a continuation after a restart', async () => {
    writeFileSync(bench.logs, 'begin')
    const first = await bench.start()
    await expectMessages(['begin'])
    await first.stop()
    appendFileSync(bench.logs, '-rest\n')
    await bench.start()
    await expectMessages(['begin', '-rest'])
    expect(bench.broker.entries()[1]).toMatchObject({ group_id: bench.broker.entries()[0]?.entry_id })
  })

  test('lines below min_level are not read again', async () => {
    writeFileSync(bench.logs, '[DEBUG] x\n'.repeat(50))
    const first = await bench.start()
    await until(() => readFileSync(bench.file('spool/journal'), 'utf8').includes('"offset":500'), {
      what: 'a checkpoint',
    })
    await first.stop()
    const second = await bench.start()
    appendFileSync(bench.logs, 'y\n')
    await expectMessages(['y'])
    expect(await second.registry.metrics()).toContain('logboom_agent_lines_read_total 1\n')
  })

  test('a spool that another agent uses is refused', async () => {
    await bench.start()
    await expect(bench.start()).rejects.toThrow(/in use by process/)
  })
})

describe('a full spool', () => {
  test('stops the reading of files and loses nothing', async () => {
    bench.broker.behave = () => ({ status: 503 })
    const lines = Array.from({ length: 20_000 }, (_, index) => `${index} ${Math.random()} ${Math.random()}`)
    writeFileSync(bench.logs, lines.map((line) => `${line}\n`).join(''))
    const { registry } = await bench.start({ SPOOL_MAX_BYTES: '65536' })
    const read = async () => Number(/lines_read_total (\d+)/.exec(await registry.metrics())?.[1])
    await until(() => bench.broker.pushes.length > 5, { what: 'some attempts' })
    const paused = await read()
    expect(paused).toBeLessThan(10_000)
    await until(() => bench.broker.pushes.length > 12, { what: 'more attempts' })
    expect(await read()).toBe(paused)
    bench.broker.behave = () => 'keep'
    await until(() => bench.messages().length >= lines.length, { what: 'all lines', timeoutMs: 20_000 })
    expect(bench.messages().toSorted()).toEqual(lines.toSorted())
  })
})
