import { until } from '@logboom/testing'
import { expect, test } from 'vitest'
import { nowTime } from './fake-kubelet-fixture.ts'
import { useReadingBench } from './pod-reading-fixture.ts'

const bench = useReadingBench()
const { startPod, untilMessages, expectMessages } = bench

test('lines of a running container arrive with their own time, in order, once', async () => {
  const uid = startPod({ name: 'web', labels: { app: 'web' } })
  bench.kubelet.write(uid, 'before the agent', { time: { us: Date.now() * 1000 - 5e6, ns: 7 } })
  await bench.start()
  await untilMessages(1)
  bench.kubelet.write(uid, 'after')
  await expectMessages(['before the agent', 'after'])
  expect(bench.spool.stored[0]).toMatchObject({
    namespace: 'default',
    pod_name: 'web',
    container_name: 'app',
    pod_uid: uid,
    node: 'node-1',
    labels: { app: 'web' },
    seq: 1,
  })
  expect(bench.spool.stored[0]?.timestamp).toMatch(/007Z$/)
  expect(bench.spool.gaps).toEqual([])
})

test('five hundred lines of one nanosecond, fifty of them equal, are five hundred entries in their order', async () => {
  const uid = startPod()
  await bench.start()
  const time = nowTime()
  const texts = Array.from({ length: 500 }, (_, n) => (n % 10 === 0 ? 'the same' : `line ${n}`))
  for (const [n, text] of texts.entries()) {
    if (n === 250) await untilMessages(250)
    bench.kubelet.write(uid, text, { time })
    // Cut among lines of one time: the rest must not be taken for what was read.
    if (n === 300) bench.kubelet.cut()
  }
  await expectMessages(texts)
  expect(new Set(bench.spool.stored.map(({ entry_id }) => entry_id)).size).toBe(500)
  expect(bench.spool.stored.map(({ seq }) => seq)).toEqual(texts.map((_, n) => n + 1))
})

test('a line of the one output that is older than the one before, of the other, is stored, also where a stream begins anew', async () => {
  const uid = startPod()
  await bench.start()
  const { us } = nowTime()
  bench.kubelet.write(uid, 'stderr first', { time: { us, ns: 0 }, output: 'stderr' })
  bench.kubelet.write(uid, 'stdout, older', { time: { us: us - 40_000, ns: 0 } })
  await untilMessages(2)
  bench.kubelet.cut()
  bench.kubelet.write(uid, 'older again', { time: { us: us - 40_000, ns: 0 } })
  bench.kubelet.write(uid, 'later', { time: { us: us + 1, ns: 0 } })
  await expectMessages(['stderr first', 'stdout, older', 'older again', 'later'])
  expect(bench.spool.gaps).toEqual([])
})

test('a stream that is cut in the middle of a time, a character or a line leaves no fragment', async () => {
  const uid = startPod()
  const texts = ['first', 'ü€😀 with characters of many bytes', 'third']
  const bytes = texts.reduce((sum, text) => sum + 31 + Buffer.byteLength(text) + 1, 0)
  let cut = 0
  // Every place once, then no more.
  bench.kubelet.fault = () => (cut < bytes ? { [cut % 2 ? 'resetAfter' : 'endAfter']: (cut += 1) } : null)
  for (const text of texts) bench.kubelet.write(uid, text)
  await bench.start({ settleMs: 1, retryMaxMs: 2 })
  await until(() => cut >= bytes, { what: 'a cut at every place', timeoutMs: 20_000 })
  bench.kubelet.write(uid, 'last')
  await expectMessages([...texts, 'last'])
  expect(bench.spool.gaps).toEqual([])
}, 40_000)

test('an error text in place of a log is no entry: it is counted, and the log is read when it can be', async () => {
  const uid = startPod()
  let texts = [
    'unable to retrieve container logs for containerd://4d2f',
    'failed to try resolving symlinks in path "/var/log/pods/a/app/0.log": no such file\n',
  ]
  bench.kubelet.fault = () => {
    const text = texts.shift()
    return text === undefined ? null : { text }
  }
  bench.kubelet.write(uid, 'a line')
  await bench.start()
  await expectMessages(['a line'])
  texts = ['unable to retrieve container logs for containerd://4d2f']
  bench.kubelet.cut()
  bench.kubelet.write(uid, 'another')
  await expectMessages(['a line', 'another'])
  expect(await bench.metric('log_diagnostics_total')).toBe(3)
  expect(bench.spool.gaps).toEqual([])
})

test('whatever a container prints is stored as it is, as far as text can be', async () => {
  const uid = startPod()
  const texts = [
    '2020-01-01T00:00:00Z a line that begins with a time',
    'unable to retrieve container logs for containerd://not-an-error',
    'container "x" in pod "y" is waiting to start: ContainerCreating',
    '\u{1b}[2K\rover\rwritten',
    '',
    ' ',
    'with \u{0} and ',
  ]
  await bench.start()
  for (const text of texts) bench.kubelet.write(uid, text)
  bench.kubelet.write(uid, Buffer.from([0x61, 0xff, 0xed, 0xa0, 0x80, 0x62]))
  bench.kubelet.write(uid, 'ends with CR\r')
  await untilMessages(texts.length + 2)
  const expected = texts.map((text) => text.replace('\0', '\u{fffd}'))
  expect(bench.messages().slice(0, -2)).toEqual(expected)
  expect(bench.messages().at(-2)).toMatch(/^a\u{fffd}+b$/u)
  expect(bench.messages().at(-1)).toBe('ends with CR')
  expect(await bench.metric('log_diagnostics_total')).toBe(0)
})

test('fifty megabytes without a newline take no more memory than the bound, and the lines after them are whole', async () => {
  const uid = startPod()
  await bench.start({ lineBytesMax: 65_536 })
  const part = Buffer.alloc(16_384, 'x')
  const before = process.memoryUsage()
  for (let n = 0; n < 3_200; n += 1) bench.kubelet.write(uid, part, { isPart: true })
  bench.kubelet.write(uid, 'end')
  bench.kubelet.write(uid, 'next')
  await until(() => bench.messages().length === 2, { what: 'two lines', timeoutMs: 20_000 })
  const grown = process.memoryUsage().heapUsed - before.heapUsed
  expect(grown).toBeLessThan(40e6)
  expect(bench.messages()[1]).toBe('next')
  expect(bench.spool.stored[0]?.original_bytes).toBe(3_200 * 16_384 + 3)
}, 30_000)

test('outputs that the kubelet has mixed up cost their own lines their shape, and no line after them', async () => {
  const uid = startPod()
  await bench.start()
  bench.kubelet.write(uid, 'abc', { isPart: true })
  bench.kubelet.write(uid, 'ERR', { output: 'stderr' })
  bench.kubelet.write(uid, 'def')
  bench.kubelet.write(uid, 'next')
  await expectMessages(['abcERR', 'def', 'next'])
})

test('the rest of a line whose beginning is too old to be asked for is dropped and counted', async () => {
  const uid = startPod()
  await bench.start()
  const { us } = nowTime()
  const at = (seconds: number) => ({ time: { us: us + seconds * 1e6, ns: 0 } })
  bench.kubelet.write(uid, 'long ago', { ...at(-8), isPart: true })
  bench.kubelet.write(uid, ' its rest', at(0))
  bench.kubelet.write(uid, 'next', at(0))
  await expectMessages(['long ago its rest', 'next'])
  bench.kubelet.cut()
  bench.kubelet.write(uid, 'last', at(1))
  await expectMessages(['long ago its rest', 'next', 'last'])
  expect(await bench.metric('log_fragments_total')).toBe(1)
  expect(bench.spool.gaps).toEqual([])
})

test('a rest without a time in the middle of a log is kept, with the time before it, and says so', async () => {
  const uid = startPod()
  await bench.start()
  const { us } = nowTime()
  const at = (seconds: number) => ({ time: { us: us + seconds * 1e6, ns: 0 } })
  bench.kubelet.write(uid, 'one', at(0))
  await untilMessages(1)
  bench.kubelet.cut()
  bench.kubelet.write(uid, 'old part', { ...at(-9), isPart: true })
  bench.kubelet.write(uid, 'its rest', at(1))
  bench.kubelet.write(uid, 'next', at(1))
  await expectMessages(['one', 'its rest', 'next'])
  expect(bench.spool.stored[1]?.attributes).toEqual({ time_estimated: true })
  expect(bench.spool.stored[1]?.timestamp).toBe(bench.spool.stored[0]?.timestamp)
})
