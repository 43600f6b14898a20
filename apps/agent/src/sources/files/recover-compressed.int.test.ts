import { appendFileSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { gunzipSync, gzipSync } from 'node:zlib'
import { until } from '@logboom/testing'
import { expect, test } from 'vitest'
import { useAgentBench } from '../../agent-bench-fixture.ts'
import { rotateLog, rotator } from './rotate-fixture.ts'

const bench = useAgentBench()
const { expectMessages } = bench

const ids = () => bench.broker.entries().map(({ entry_id }) => entry_id)

test.each([
  ['compress', { delays: false, isDated: false }],
  ['delaycompress', { delays: true, isDated: false }],
  ['compress and dateext', { delays: false, isDated: true }],
  ['delaycompress and dateext', { delays: true, isDated: true }],
])(`what was rotated with %s while the agent was down is read once (${rotator})`, async (_how, how) => {
  writeFileSync(bench.logs, 'a1\na2\n')
  const first = await bench.start()
  await expectMessages(['a1', 'a2'])
  await first.stop()
  appendFileSync(bench.logs, 'a3\n')
  for (const name of ['b', 'c']) {
    rotateLog(bench.logs, how)
    appendFileSync(bench.logs, `${name}1\n${name}2\n`)
  }
  const second = await bench.start()
  await until(() => bench.messages().length >= 7, { what: 'seven lines' })
  expect(bench.messages().toSorted()).toEqual(['a1', 'a2', 'a3', 'b1', 'b2', 'c1', 'c2'])
  expect(bench.broker.gaps()).toEqual([])
  expect(bench.broker.entries().map(({ container_name }) => container_name)).toEqual(Array(7).fill('app.log'))
  await second.stop()
  appendFileSync(bench.logs, 'c3\n')
  rotateLog(bench.logs, how)
  appendFileSync(bench.logs, 'd1\n')
  await bench.start()
  await until(() => bench.messages().length >= 9, { what: 'nine lines' })
  expect(bench.messages().slice(7).toSorted()).toEqual(['c3', 'd1'])
  expect(new Set(ids()).size).toBe(9)
  expect(bench.broker.gaps()).toEqual([])
})

test('a line that is read from the compressed file has the id that it has when it is read before', async () => {
  writeFileSync(bench.logs, 'a1\n')
  const first = await bench.start()
  await expectMessages(['a1'])
  await first.stop()
  appendFileSync(bench.logs, 'a2\na3\n')
  // What the agent would have read by itself, it may also read twice: nothing of it is safe yet.
  bench.broker.behave = () => 'drop'
  const cut = await bench.start()
  await until(() => bench.broker.pushes.length > 1, { what: 'a push that nobody answers' })
  const read = bench.broker.pushes.at(-1)?.entries.map(({ entry_id }) => entry_id)
  await cut.stop()
  rmSync(bench.file('spool/checkpoint'), { force: true })
  bench.broker.behave = () => 'keep'
  expect(read).toHaveLength(2)
  rotateLog(bench.logs, { delays: false, isDated: false })
  await bench.start()
  await until(() => new Set(ids()).size >= 3, { what: 'three lines' })
  expect(ids().slice(-2)).toEqual(read)
})

test('a compressed file that is damaged is read as far as it goes, and a gap tells of the rest', async () => {
  writeFileSync(bench.logs, 'a1\n')
  const first = await bench.start()
  await expectMessages(['a1'])
  await first.stop()
  const noise = Array.from({ length: 5_000 }, (_, n) => `${n} ${Math.sin(n)}`)
  appendFileSync(bench.logs, noise.map((line) => `${line}\n`).join(''))
  rotateLog(bench.logs, { delays: false, isDated: false })
  const name = bench.file('app.log.1.gz')
  truncateSync(name, Math.floor(readFileSync(name).length / 2))
  appendFileSync(bench.logs, 'b1\n')
  await bench.start()
  await until(() => bench.messages().includes('b1') && bench.broker.gaps().length > 0, { what: 'the rest' })
  const lines = bench.messages().slice(1)
  expect(lines.length).toBeGreaterThan(100)
  expect(lines.filter((line) => line !== 'b1')).toEqual(noise.slice(0, lines.length - 1))
  expect(bench.broker.gaps()).toMatchObject([{ reason: 'unreadable', exact: false }])
})

test('compressed files that were read before they were compressed are not read again', async () => {
  writeFileSync(bench.logs, 'a1\n')
  const first = await bench.start()
  await expectMessages(['a1'])
  rotateLog(bench.logs, { delays: true, isDated: false })
  appendFileSync(bench.logs, 'b1\n')
  await expectMessages(['a1', 'b1'])
  await first.stop()
  for (const name of readdirSync(bench.file('.')).filter((each) => each === 'app.log.1')) {
    writeFileSync(bench.file(`${name}.gz`), gzipSync(readFileSync(bench.file(name))))
    rmSync(bench.file(name))
  }
  appendFileSync(bench.logs, 'b2\n')
  rotateLog(bench.logs, { delays: false, isDated: false })
  appendFileSync(bench.logs, 'c1\n')
  await bench.start()
  await expectMessages(['a1', 'b1', 'b2', 'c1'])
  expect(gunzipSync(readFileSync(bench.file('app.log.1.gz'))).toString()).toBe('b1\nb2\n')
  expect(bench.broker.gaps()).toEqual([])
})
