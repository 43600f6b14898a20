import { appendFileSync, readdirSync, writeFileSync } from 'node:fs'
import { until } from '@logboom/testing'
import { expect, test } from 'vitest'
import { useAgentBench } from '../agent-bench-fixture.ts'

const bench = useAgentBench()

const batchFiles = () => readdirSync(bench.file('spool')).filter((name) => name.endsWith('.batch'))
const untilEmpty = () => until(() => batchFiles().length === 0, { what: 'an empty spool', timeoutMs: 10_000 })
const isSent = (count: number) => until(() => bench.messages().length >= count, { what: `${count} lines` })
const write = (text: string) => appendFileSync(bench.logs, `${text}\n`)

test('an idle agent asks, and its spool is empty within seconds of the commit', async () => {
  bench.broker.commitsThrough = 0
  write('1')
  await bench.start()
  await isSent(1)
  write('2')
  await isSent(2)
  expect(batchFiles()).toHaveLength(2)
  bench.broker.commitsThrough = Infinity
  await untilEmpty()
  expect(bench.broker.pushes).toHaveLength(2)
})

test('the next batch is not held up by one that is not committed, and its answer frees both', async () => {
  bench.broker.commitsThrough = 0
  write('1')
  await bench.start()
  await isSent(1)
  bench.broker.commitsThrough = Infinity
  write('2')
  await untilEmpty()
  expect(bench.messages()).toEqual(['1', '2'])
})

test('what is not committed in time is sent again, unchanged, under its key and number', async () => {
  bench.broker.commitsThrough = 0
  write('1')
  await bench.start({ COMMIT_TIMEOUT_SECONDS: '0.3' })
  await until(() => bench.broker.pushes.length >= 3, { what: 'two repeats' })
  const [first, ...again] = bench.broker.pushes
  for (const { key, number, body, instance } of again)
    expect({ key, number, body, instance }).toEqual({
      key: first?.key,
      number: 1,
      body: first?.body,
      instance: first?.instance,
    })
  bench.broker.commitsThrough = Infinity
  await untilEmpty()
})

test('a broker that loses all that it had not committed gets it again, and all of it', async () => {
  bench.broker.commitsThrough = 2
  await bench.start({ COMMIT_TIMEOUT_SECONDS: '1' })
  const lines = Array.from({ length: 6 }, (_, index) => String(index))
  for (const [index, line] of lines.entries()) {
    write(line)
    await isSent(index + 1)
  }
  bench.broker.forget()
  expect(bench.messages()).toEqual(lines.slice(0, 2))
  bench.broker.commitsThrough = Infinity
  await until(() => bench.messages().length >= 6, { what: 'all lines' })
  await untilEmpty()
  expect(bench.messages().toSorted()).toEqual(lines)
})

test('a restart sends again what was answered and not committed, and nothing of what was', async () => {
  bench.broker.commitsThrough = 1
  const first = await bench.start()
  for (const line of ['1', '2']) {
    write(line)
    await isSent(Number(line))
  }
  await first.stop()
  bench.broker.commitsThrough = Infinity
  await bench.start()
  await untilEmpty()
  expect(bench.messages()).toEqual(['1', '2'])
})

test('what such an answer told of expired lines is one gap, however often it is repeated', async () => {
  bench.broker.commitsThrough = 0
  bench.broker.behave = ({ key, entries, number }) =>
    number === 1
      ? {
          status: 201,
          keep: true,
          body: JSON.stringify({ received: entries.length, stored: 0, batch_id: key, expired: 2 }),
        }
      : 'keep'
  writeFileSync(bench.logs, '1\n2\n')
  const first = await bench.start({ COMMIT_TIMEOUT_SECONDS: '0.5' })
  await until(() => bench.broker.pushes.filter(({ number }) => number === 1).length >= 3, { what: 'repeats' })
  await first.stop()
  await bench.start()
  bench.broker.commitsThrough = Infinity
  await untilEmpty()
  const told = new Set(
    bench.broker
      .kept()
      .filter(({ gaps }) => gaps.length > 0)
      .map(({ key }) => key),
  )
  expect(told.size).toBe(1)
  expect(bench.broker.gaps()[0]).toMatchObject({ reason: 'expired', lines: 2 })
})

test('a broker that never tells what it has committed gets each batch twice; then it is freed, counted and told', async () => {
  bench.broker.tellsCommits = false
  write('1')
  const agent = await bench.start({ COMMIT_TIMEOUT_SECONDS: '0.3' })
  await isSent(2)
  await untilEmpty()
  expect(bench.broker.pushes.map(({ number }) => number)).toEqual([1, 1])
  expect(await agent.registry.metrics()).toContain(
    'logboom_agent_unconfirmed_batches_total{reason="never_told"} 1',
  )
  expect(agent.logged().join()).toContain('never tells')
})
