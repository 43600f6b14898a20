import { rmSync, writeFileSync } from 'node:fs'
import { until } from '@logboom/testing'
import { expect, test } from 'vitest'
import { usePodFileBench } from './pod-file-bench-fixture.ts'
import { startFileReader } from './pod-file-reader-fixture.ts'
import { createPathNews } from './watch-pod-files.ts'

const bench = usePodFileBench()
const { expectMessages, metric } = bench

test('a line has the time, the output and the text of the container, and the names of its pod', async () => {
  bench.start()
  bench.logs.write('[WARN] hello', { time: { us: Date.now() * 1000, ns: 42 }, output: 'stderr' })
  await expectMessages(['[WARN] hello'])
  expect(bench.spool.stored[0]).toMatchObject({
    namespace: 'default',
    pod_name: 'web-0',
    container_name: 'app',
    pod_uid: bench.logs.pod.uid,
    node: 'node-1',
    labels: { app: 'web' },
    output: 'stderr',
    level: 'WARN',
  })
  expect(bench.spool.stored[0]?.timestamp.slice(-4)).toBe('042Z')
})

test('without the API server a path tells the names, and a pod that comes later is found', async () => {
  bench.start({ news: createPathNews(bench.logs.root) })
  bench.logs.write('here')
  await expectMessages(['here'])
  expect(bench.spool.stored[0]).toMatchObject({
    namespace: 'default',
    pod_name: 'web-0',
    container_name: 'app',
  })
})

test('what a runtime writes to a file that was renamed away is read before its successor', async () => {
  bench.start()
  bench.logs.write('1')
  await expectMessages(['1'])
  const name = bench.logs.rotate({ reopens: false })
  bench.logs.write('2')
  bench.logs.reopen()
  // Between the new file and the end of the old one: the kubelet would never serve this.
  bench.logs.write('4')
  writeFileSync(bench.logs.path(name), `${new Date().toISOString()} stdout F 3\n`, { flag: 'a' })
  await expectMessages(['1', '2', '3', '4'])
  expect(bench.spool.gaps).toEqual([])
})

test('a file that is renamed away and back is read on, and nothing twice', async () => {
  bench.start()
  bench.logs.write('1')
  await expectMessages(['1'])
  bench.logs.rotate({ reopens: false })
  bench.logs.write('2')
  await expectMessages(['1', '2'])
  bench.logs.renameBack()
  bench.logs.write('3')
  await expectMessages(['1', '2', '3'])
  expect(bench.spool.stored).toHaveLength(3)
  expect(bench.spool.gaps).toEqual([])
})

test('three rotations while the agent is down, two of them compressed: all is read, oldest first', async () => {
  const first = bench.start()
  bench.logs.write('0', { time: { us: (Date.now() - 10_000) * 1000, ns: 0 } })
  bench.logs.write('1')
  await expectMessages(['0', '1'])
  await first.stop()
  const lines = ['0', '1']
  for (let n = 2; n <= 7; n += 2) {
    bench.logs.write(`${n}`)
    bench.logs.write(`${n + 1}`)
    lines.push(`${n}`, `${n + 1}`)
    bench.logs.rotate()
  }
  bench.logs.tidy(5)
  writeFileSync(bench.logs.path('0.log.20261121-000099.tmp'), 'half a copy')
  bench.logs.write('last')
  bench.start()
  await expectMessages([...lines, 'last'])
  expect(bench.spool.gaps).toEqual([])
  expect(await metric('pod_file_resumes_total{how="compressed"}')).toMatch(/ 1$/)
})

test('a rotated file that was removed while the agent was down leaves a gap, and the others are read', async () => {
  const first = bench.start()
  bench.logs.write('1', { time: { us: (Date.now() - 60_000) * 1000, ns: 0 } })
  await expectMessages(['1'])
  await first.stop()
  for (const text of ['lost', '3', '4']) {
    bench.logs.write(text)
    bench.logs.rotate()
  }
  bench.logs.tidy(2)
  bench.start()
  await expectMessages(['1', '3', '4'])
  await until(() => bench.spool.gaps.length > 0, { what: 'a gap' })
  expect(bench.spool.gaps).toMatchObject([
    { reason: 'rotated', exact: false, from: bench.spool.stored[0]?.timestamp },
  ])
  expect(bench.spool.gaps[0]?.to.slice(0, 22)).toBe(bench.spool.stored[1]?.timestamp.slice(0, 22))
})

test('a container that was started anew has its lives read one after another', async () => {
  const first = bench.start()
  bench.logs.write('life 0')
  await expectMessages(['life 0'])
  bench.logs.write('its last words')
  bench.logs.nextLife()
  bench.logs.write('life 1')
  await expectMessages(['life 0', 'its last words', 'life 1'])
  await first.stop()
  bench.logs.nextLife()
  bench.logs.write('life 2')
  bench.logs.nextLife()
  bench.logs.write('life 3')
  bench.start()
  await expectMessages(['life 0', 'its last words', 'life 1', 'life 2', 'life 3'])
  expect(bench.spool.gaps).toEqual([])
})

test.each(['smaller', 'larger'])(
  'a file that was truncated and is now %s is read anew, with a gap',
  async (size) => {
    bench.start()
    bench.logs.write('one')
    bench.logs.write('two')
    await expectMessages(['one', 'two'])
    bench.logs.copyTruncate()
    const lines = size === 'smaller' ? ['1'] : ['eins', 'zwei', 'drei', 'vier', 'fünf']
    for (const line of lines) bench.logs.write(line)
    await expectMessages(['one', 'two', ...lines])
    expect(bench.spool.gaps).toMatchObject([{ reason: 'truncated', exact: false }])
  },
)

test('the files of a pod that is deleted are read to their end', async () => {
  bench.start()
  bench.logs.write('1')
  await expectMessages(['1'])
  bench.logs.write('last')
  bench.logs.removePod()
  bench.news.removed(bench.logs.pod.uid, { isDeleted: true })
  await expectMessages(['1', 'last'])
  const isDone = () => Object.values(bench.spool.positions).some((it) => 'isDone' in it && it.isDone)
  await until(isDone, { what: 'a position that says so' })
  expect(bench.spool.gaps).toEqual([])
})

test('a pod that was deleted while the agent was down leaves a gap, once', async () => {
  const first = bench.start()
  bench.logs.write('1')
  await expectMessages(['1'])
  await first.stop()
  bench.logs.removePod()
  for (const _ of [1, 2]) {
    const reader = startFileReader(bench.spool, bench.logs.root, { news: createPathNews(bench.logs.root) })
    await until(async () => (await reader.registry.metrics()).includes('pod_file_containers 0'), {
      what: 'a look',
    })
    await until(() => bench.spool.gaps.length > 0, { what: 'a gap' })
    await reader.stop()
  }
  expect(bench.spool.gaps).toMatchObject([{ reason: 'unreadable', pod_name: 'web-0', container_name: 'app' }])
})

test('a deleted file is let go when there is no room for its lines, with a gap of the bytes that nobody read', async () => {
  bench.start()
  bench.logs.write('1')
  await expectMessages(['1'])
  const free = Promise.withResolvers<void>()
  bench.spool.blocked = free.promise
  bench.logs.write('2')
  await until(() => bench.messages().length === 2, { what: 'the line at which it blocks' })
  bench.logs.write('never read')
  rmSync(bench.logs.path('0.log'))
  bench.logs.reopen()
  bench.logs.write('4')
  await until(async () => (await metric('pod_file_released_total'))?.endsWith(' 1'), { what: 'letting go' })
  bench.spool.blocked = null
  free.resolve()
  await expectMessages(['1', '2', '4'])
  expect(bench.spool.gaps).toMatchObject([{ reason: 'unreadable', exact: false }])
  expect(bench.spool.gaps[0]?.bytes).toBeGreaterThan(40)
})

test('files that are removed before their turn comes, as there is no room for so long, are in a gap', async () => {
  bench.start()
  bench.logs.write('1')
  await expectMessages(['1'])
  const free = Promise.withResolvers<void>()
  bench.spool.blocked = free.promise
  bench.logs.write('2')
  await until(() => bench.messages().length === 2, { what: 'the line at which it blocks' })
  bench.logs.write('3')
  bench.logs.rotate()
  bench.logs.write('never read')
  const name = bench.logs.rotate()
  bench.logs.write('5')
  const isSeen = async () => (await metric('pod_file_waiting_files'))?.endsWith(' 2')
  await until(isSeen, { what: 'a look at the files that wait' })
  rmSync(bench.logs.path(name))
  bench.spool.blocked = null
  free.resolve()
  await expectMessages(['1', '2', '3', '5'])
  await until(() => bench.spool.gaps.length > 0, { what: 'a gap' })
  expect(bench.spool.gaps).toMatchObject([{ reason: 'rotated', exact: false }])
  expect(bench.spool.gaps[0]?.bytes).toBeGreaterThan(40)
})

test('a pod that is not wanted any more is read no further, and goes on when it is', async () => {
  bench.start()
  bench.logs.write('1')
  await expectMessages(['1'])
  bench.news.removed(bench.logs.pod.uid, { isDeleted: false })
  await until(async () => (await metric('pod_file_containers'))?.endsWith(' 0'), { what: 'letting go' })
  bench.logs.write('2')
  bench.news.changed({ ...bench.logs.pod, labels: { app: 'renamed' } })
  await expectMessages(['1', '2'])
  expect(bench.spool.stored.at(-1)?.labels).toEqual({ app: 'renamed' })
  expect(bench.spool.gaps).toEqual([])
})

test('five hundred lines of one nanosecond, fifty of them alike, are stored once each, through a kill in their midst', async () => {
  const time = { us: Date.now() * 1000, ns: 7 }
  const lines = Array.from({ length: 500 }, (_, n) => (n % 10 === 0 ? 'same' : `line ${n}`))
  const first = bench.start()
  for (const line of lines.slice(0, 255)) bench.logs.write(line, { time })
  await until(() => bench.messages().length === 255, { what: 'the first half' })
  await first.kill()
  for (const line of lines.slice(255)) bench.logs.write(line, { time })
  bench.start()
  await expectMessages(lines)
  expect(bench.spool.gaps).toEqual([])
})
