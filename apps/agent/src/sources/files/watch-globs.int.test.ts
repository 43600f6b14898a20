import {
  appendFileSync,
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { until } from '@logboom/testing'
import { expect, test } from 'vitest'
import { useAgentBench } from '../../agent-bench-fixture.ts'

const bench = useAgentBench()
const { expectMessages } = bench

test('what is renamed away is read to its end before its successor', async () => {
  writeFileSync(bench.logs, '1\n')
  await bench.start()
  await expectMessages(['1'])
  appendFileSync(bench.logs, '2\n')
  renameSync(bench.logs, bench.file('app.log.1'))
  appendFileSync(bench.file('app.log.1'), '3\n')
  writeFileSync(bench.logs, '4\n')
  await expectMessages(['1', '2', '3', '4'])
  expect(bench.broker.entries().map(({ labels }) => labels?.['path'])).toEqual(Array(4).fill(bench.logs))
  expect(bench.broker.gaps()).toEqual([])
})

test('a file that is renamed away and back is not read twice', async () => {
  writeFileSync(bench.logs, '1\n2\n')
  const { registry } = await bench.start()
  await expectMessages(['1', '2'])
  renameSync(bench.logs, bench.file('aside'))
  await until(async () => (await registry.metrics()).includes('logboom_agent_open_files 0'), {
    what: 'letting go',
  })
  renameSync(bench.file('aside'), bench.logs)
  appendFileSync(bench.logs, '3\n')
  await expectMessages(['1', '2', '3'])
})

test('a rotation while the agent is down loses and repeats nothing, however many times it happens', async () => {
  writeFileSync(bench.logs, 'a1\n')
  const first = await bench.start()
  await expectMessages(['a1'])
  await first.stop()
  appendFileSync(bench.logs, 'a2\n')
  renameSync(bench.logs, bench.file('app.log.2'))
  writeFileSync(bench.file('app.log.1'), 'b1\nb2\n')
  writeFileSync(bench.logs, 'c1\n')
  await bench.start()
  await until(() => bench.messages().length >= 5, { what: 'five lines' })
  expect(bench.messages().toSorted()).toEqual(['a1', 'a2', 'b1', 'b2', 'c1'])
  expect(bench.broker.gaps()).toEqual([])
})

test('a file that is gone when the agent comes back leaves a gap', async () => {
  writeFileSync(bench.logs, '1\n')
  const first = await bench.start()
  await expectMessages(['1'])
  await first.stop()
  appendFileSync(bench.logs, 'never seen\n')
  rmSync(bench.logs)
  writeFileSync(bench.file('other.log'), 'x\n')
  await bench.start()
  await expectMessages(['1', 'x'])
  await until(() => bench.broker.gaps().length === 1, { what: 'a gap' })
  expect(bench.broker.gaps()[0]).toMatchObject({ reason: 'rotated', exact: false, container_name: 'app.log' })
})

test.each(['smaller', 'larger'])(
  'a file that was truncated and is now %s is read anew, with a gap',
  async (size) => {
    writeFileSync(bench.logs, 'one\ntwo\nthree\n')
    await bench.start()
    await expectMessages(['one', 'two', 'three'])
    copyFileSync(bench.logs, bench.file('app.log.1'))
    truncateSync(bench.logs)
    const lines = size === 'smaller' ? ['one'] : ['one', 'zwei', 'drei', 'vier', 'fünf']
    appendFileSync(bench.logs, lines.map((line) => `${line}\n`).join(''))
    await expectMessages(['one', 'two', 'three', ...lines])
    await until(() => bench.broker.gaps().length > 0, { what: 'a gap' })
    expect(bench.broker.gaps()[0]).toMatchObject({ reason: 'truncated', exact: false })
    const ids = bench.broker.entries().map((entry) => entry.entry_id)
    expect(new Set(ids).size).toBe(ids.length)
  },
)

test('a truncation while the agent is down is seen by the content, not the size', async () => {
  writeFileSync(bench.logs, 'one\ntwo\n')
  const first = await bench.start()
  await expectMessages(['one', 'two'])
  await first.stop()
  truncateSync(bench.logs)
  appendFileSync(bench.logs, 'other content that is longer\n')
  await bench.start()
  await expectMessages(['one', 'two', 'other content that is longer'])
  await until(() => bench.broker.gaps().length === 1, { what: 'a gap' })
})

test('a deleted file is read to its end', async () => {
  writeFileSync(bench.logs, '1\n')
  const { registry } = await bench.start()
  await expectMessages(['1'])
  appendFileSync(bench.logs, '2\n3 without newline')
  rmSync(bench.logs)
  await expectMessages(['1', '2', '3 without newline'])
  await until(async () => (await registry.metrics()).includes('logboom_agent_open_files 0'), {
    what: 'letting go',
  })
})

test('files that appear later are found, in directories that appear later too', async () => {
  await bench.start({ FOLLOW: `${bench.file('later')}/**/*.log` })
  mkdirSync(bench.file('later/deep'), { recursive: true })
  writeFileSync(bench.file('later/deep/new.log'), 'hello\n')
  await expectMessages(['hello'])
})

test('a file with two names is read once, and a symbolic link is followed to its new target', async () => {
  writeFileSync(bench.file('target-1'), '1\n')
  symlinkSync(bench.file('target-1'), bench.file('a.log'))
  symlinkSync(bench.file('target-1'), bench.file('b.log'))
  await bench.start()
  await expectMessages(['1'])
  rmSync(bench.file('a.log'))
  writeFileSync(bench.file('target-2'), '2\n')
  symlinkSync(bench.file('target-2'), bench.file('a.log'))
  await expectMessages(['1', '2'])
})

test('compressed files are left alone', async () => {
  writeFileSync(bench.file('old.gz'), 'x\n')
  writeFileSync(bench.logs, '1\n')
  await bench.start({ FOLLOW: bench.file('*') })
  await expectMessages(['1'])
})

test('a path that looks like a glob means the file of that name', async () => {
  writeFileSync(bench.file('app[1].log'), '1\n')
  await bench.start({ FOLLOW: bench.file('app[1].log') })
  await expectMessages(['1'])
})

test('the hole before a writer that does not append is skipped after a truncation', async () => {
  const writer = openSync(bench.logs, 'w')
  const before = 'before '.repeat(60_000)
  writeSync(writer, `${before}\n`)
  await bench.start()
  await until(() => bench.messages().length === 1, { what: 'the first line' })
  truncateSync(bench.logs)
  writeSync(writer, 'after\n')
  await until(() => bench.messages().length === 2, { what: 'the line after the hole' })
  writeSync(writer, 'next\n')
  closeSync(writer)
  await until(() => bench.messages().length === 3, { what: 'the next line' })
  expect(bench.messages().slice(1)).toEqual(['after', 'next'])
})

test('a new file is read although it has the path, the size and perhaps the inode of one that was deleted', async () => {
  writeFileSync(bench.logs, '1\n')
  const { registry } = await bench.start()
  await expectMessages(['1'])
  rmSync(bench.logs)
  await until(async () => (await registry.metrics()).includes('open_files 0'), { what: 'letting go' })
  writeFileSync(bench.logs, '2\n')
  await expectMessages(['1', '2'])
})
