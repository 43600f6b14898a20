import { until } from '@logboom/testing'
import { expect, test } from 'vitest'
import { usePodFileBench } from './pod-file-bench-fixture.ts'

const bench = usePodFileBench()
const { expectMessages, metric } = bench

test('parts of both outputs, mixed, are two clean lines, with the times of their first parts', async () => {
  bench.start()
  const at = (ns: number) => ({ us: Date.now() * 1000, ns })
  bench.logs.write('abc', { time: at(1), isPart: true })
  bench.logs.write('ERR-', { time: at(2), output: 'stderr', isPart: true })
  bench.logs.write('def', { time: at(3) })
  bench.logs.write('OR', { time: at(4), output: 'stderr' })
  bench.logs.write('next', { time: at(5) })
  await expectMessages(['abcdef', 'ERR-OR', 'next'])
  expect(bench.spool.stored.map(({ timestamp }) => timestamp.slice(-3, -1))).toEqual(['01', '02', '05'])
})

test('a line whose parts lie before and behind a rotation is one line, also when the agent is killed between', async () => {
  const first = bench.start()
  bench.logs.write('before')
  bench.logs.write('be', { isPart: true })
  await expectMessages(['before'])
  bench.logs.write('other', { output: 'stderr' })
  await expectMessages(['before', 'other'])
  await first.kill()
  bench.logs.rotate()
  bench.logs.write('ginning')
  bench.logs.write('after')
  bench.start({ partialMs: 60_000 })
  await expectMessages(['before', 'other', 'beginning', 'after'])
})

test('a line whose end does not come is sent as far as it goes, and what follows is intact', async () => {
  bench.start()
  bench.logs.write('begin', { isPart: true })
  await expectMessages(['begin'])
  bench.logs.write('-rest')
  bench.logs.write('next')
  await expectMessages(['begin', '-rest', 'next'])
  expect(await metric('pod_file_cut_lines_total')).toMatch(/ 1$/)
})

test('of a line of 50 MiB in parts the head is kept, the rest is counted, and memory is not', async () => {
  bench.start({ lineBytesMax: 10_000 })
  const part = 'x'.repeat(16_384)
  const before = process.memoryUsage.rss()
  for (let n = 0; n < 3_200; n += 1) bench.logs.write(part, { isPart: true })
  bench.logs.write('')
  bench.logs.write('next')
  await until(() => bench.messages().length === 2, { what: 'two lines', timeoutMs: 30_000 })
  expect(bench.spool.stored[0]?.original_bytes).toBe(16_384 * 3_200)
  expect(bench.messages()[1]).toBe('next')
  expect(process.memoryUsage.rss() - before).toBeLessThan(150 * 1_048_576)
})

test('files in the format of Docker are read, too', async () => {
  bench.start()
  const line = (log: string, stream: string, ns: number) =>
    `${JSON.stringify({ log, stream, time: new Date().toISOString().replace('Z', `00000${ns}Z`) })}\n`
  bench.logs.writeRaw(line('hello "you"\n', 'stdout', 1))
  bench.logs.writeRaw(line('a lon', 'stderr', 2))
  bench.logs.writeRaw(line('g one\n', 'stderr', 3))
  await expectMessages(['hello "you"', 'a long one'])
  expect(bench.spool.stored[1]).toMatchObject({ output: 'stderr' })
})
