import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { until } from '@logboom/testing'
import { expect, test } from 'vitest'
import { useAgentBench } from '../agent-bench-fixture.ts'

const bench = useAgentBench()
const { expectMessages } = bench

test('a password that comes in two pieces, with a restart between them, is neither sent nor written', async () => {
  writeFileSync(bench.logs, 'login password=hun')
  const first = await bench.start()
  await expectMessages(['login password=[masked]'])
  await first.stop()
  const journal = readFileSync(bench.file('spool/journal'), 'utf8')
  appendFileSync(bench.logs, 'ter2 from 10.0.0.1\n')
  await bench.start()
  await expectMessages(['login password=[masked]', '[masked] from 10.0.0.1'])
  expect(journal + bench.broker.pushes.map(({ body }) => body).join('')).not.toMatch(/hun|ter2/)
})

test('a stack trace is folded under its line, though the agent was restarted within it', async () => {
  writeFileSync(bench.logs, '2026-11-21 09:13:00 ERROR failed\njava.lang.Error: x\n')
  const first = await bench.start()
  await until(() => bench.broker.entries().length === 2, { what: 'the first lines' })
  await first.stop()
  appendFileSync(bench.logs, '\tat x.y(z)\n2026-11-21 09:13:01 INFO next\n')
  await bench.start()
  await until(() => bench.broker.entries().length === 4, { what: 'the rest' })
  const [head, ...rest] = bench.broker.entries()
  const group = { level: 'ERROR', group_id: head?.entry_id }
  expect(rest).toMatchObject([group, group, { level: 'INFO' }])
  expect(rest.at(-1)?.group_id).toBeUndefined()
})

test('the trace of a line below min_level is left out with it', async () => {
  writeFileSync(bench.logs, '[DEBUG] a\n\tat x.y(z)\n[INFO] b\n\tat x.y(z)\n')
  await bench.start()
  await expectMessages(['[INFO] b', '\tat x.y(z)'])
})

test('lines beyond the rate are in gaps, exactly, and none is read again after a restart', async () => {
  writeFileSync(bench.logs, 'INFO x\n'.repeat(5_000))
  const limits = { RATE_LIMIT_LINES: '100', RATE_LIMIT_BURST_SECONDS: '1' }
  const outcome = () => {
    const gaps = bench.broker.gaps()
    const lost = gaps.reduce((sum, { lines }) => sum + (lines ?? 0), 0)
    return { total: bench.broker.entries().length + lost, gaps }
  }
  const first = await bench.start(limits)
  await until(() => outcome().total >= 5_000, { what: 'the fate of all lines' })
  await first.stop()
  const second = await bench.start(limits)
  appendFileSync(bench.logs, 'INFO y\n')
  await until(() => bench.messages().includes('INFO y'), { what: 'the last line' })
  const { total, gaps } = outcome()
  expect(total).toBe(5_001)
  expect(gaps[0]).toMatchObject({ reason: 'rate_limit', exact: true, container_name: 'app.log' })
  expect(gaps.every(({ lines, bytes }) => bytes === (lines ?? 0) * 6)).toBe(true)
  expect(await second.registry.metrics()).toContain('logboom_agent_lines_read_total 1\n')
})
