import { until } from '@logboom/testing'
import { expect, test } from 'vitest'
import type { Source } from '../raw-line.ts'
import { useReadingBench } from './pod-reading-fixture.ts'

const bench = useReadingBench()
const { startPod, untilMessages, expectMessages } = bench
const logRequests = () => bench.api.count('log')

test('a connection that is reset is opened anew, and the others stay', async () => {
  const [one, two] = [startPod({ name: 'one' }), startPod({ name: 'two' })]
  await bench.start()
  for (const uid of [one, two]) bench.kubelet.write(uid, 'a')
  await untilMessages(2)
  const first = bench.api.requests.filter(({ name, kind }) => kind === 'log' && name === 'one')
  for (const res of bench.kubelet.open) if (bench.kubelet.nameOf(res) === 'one') res.socket?.resetAndDestroy()
  for (const uid of [one, two]) bench.kubelet.write(uid, 'b')
  await untilMessages(4)
  const of = (name: string) =>
    bench.api.requests.filter((each) => each.kind === 'log' && each.name === name).length
  expect(first).toHaveLength(1)
  expect([of('one'), of('two')]).toEqual([2, 1])
  expect(bench.spool.gaps).toEqual([])
})

test('a container that says nothing is waited for without end, and its first line comes at once', async () => {
  const uid = startPod()
  await bench.start({ idleMs: 50, lingerMs: 40 })
  // The one that follows, and one that proves that there is nothing so far.
  await until(() => logRequests() === 2, { what: 'the requests' })
  // Ten times the silence after which a busy one would be asked anew; the head of the answer has not come either.
  await new Promise((resolve) => setTimeout(resolve, 500))
  expect(logRequests()).toBe(2)
  const writtenMs = performance.now()
  bench.kubelet.write(uid, 'after a long silence')
  await untilMessages(1)
  expect(performance.now() - writtenMs).toBeLessThan(1_000)
})

test('a stream that stays open and delivers nothing more is opened anew', async () => {
  const uid = startPod()
  let requests = 0
  bench.kubelet.fault = () => ((requests += 1) === 1 ? { stallAfter: 200 } : null)
  for (let n = 0; n < 20; n += 1) bench.kubelet.write(uid, `line ${n}`)
  await bench.start({ idleMs: 200, lingerMs: 40 })
  await untilMessages(20)
  expect(await bench.metric('log_stream_ends_total{cause="idle"}')).toBe(1)
  expect(bench.spool.gaps).toEqual([])
})

test('a stream is opened anew after its lifetime, without a line lost or doubled', async () => {
  const uid = startPod()
  await bench.start({ lifeMs: 60 })
  const texts: string[] = []
  for (let n = 0; n < 100; n += 1) {
    bench.kubelet.write(uid, `line ${n}`)
    texts.push(`line ${n}`)
    if (n % 5 === 0) await untilMessages(n)
  }
  await expectMessages(texts)
  await until(async () => (await bench.metric('log_stream_ends_total{cause="lifetime"}')) > 2, {
    what: 'lifetimes',
  })
  expect(bench.spool.gaps).toEqual([])
})

test('a namespace that may not be read is warned of once, and read with overlap when it may be', async () => {
  const hidden = [
    startPod({ name: 'a', namespace: 'default' }),
    startPod({ name: 'b', namespace: 'default' }),
  ]
  const open = startPod({ name: 'c', namespace: 'kube-system' })
  const { logged } = await bench.start({ forbiddenMs: 50 })
  for (const uid of [...hidden, open]) bench.kubelet.write(uid, 'before')
  await untilMessages(3)
  let denied = 0
  bench.api.fault = ({ kind, namespace }) => {
    if (kind !== 'log' || namespace !== 'default') return null
    denied += 1
    return { status: 403 }
  }
  bench.kubelet.cut()
  for (const uid of [...hidden, open]) bench.kubelet.write(uid, 'meanwhile')
  await untilMessages(4)
  await until(() => denied > 5, { what: 'a few refusals' })
  expect(await bench.metric('log_forbidden_namespaces')).toBe(1)
  expect(logged().filter((line) => line.includes('may not be read'))).toHaveLength(1)
  bench.api.fault = () => null
  await untilMessages(6)
  expect(bench.messages().filter((text) => text === 'meanwhile')).toHaveLength(3)
  expect(bench.spool.gaps).toEqual([])
  expect(await bench.metric('log_forbidden_namespaces')).toBe(0)
})

test('an API server that asks for a pause gets it from all', async () => {
  const uids = Array.from({ length: 5 }, (_, n) => startPod({ name: `p${n}` }))
  let refusedAtMs = 0
  bench.api.fault = ({ kind }) => {
    if (kind !== 'log' || refusedAtMs > 0) return null
    refusedAtMs = performance.now()
    return { status: 429, headers: { 'Retry-After': '1' } }
  }
  for (const uid of uids) bench.kubelet.write(uid, 'x')
  await bench.start()
  await until(() => refusedAtMs > 0, { what: 'the refusal' })
  await untilMessages(5)
  const after = bench.api.requests.filter(({ kind, atMs }) => kind === 'log' && atMs > refusedAtMs + 50)
  expect(after.length).toBeGreaterThan(0)
  for (const { atMs } of after) expect(atMs - refusedAtMs).toBeGreaterThanOrEqual(990)
})

test('while the sink is full nothing is read, and then all of it', async () => {
  const uid = startPod()
  await bench.start()
  const room = Promise.withResolvers<void>()
  bench.spool.blocked = room.promise
  const text = 'x'.repeat(1_000)
  for (let n = 0; n < 30_000; n += 1) bench.kubelet.write(uid, `${n} ${text}`)
  await untilMessages(1)
  const before = process.memoryUsage().arrayBuffers
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(bench.messages()).toHaveLength(1)
  // Neither here nor in the sockets lies what the kubelet keeps; what lies in them has a bound.
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8e6)
  bench.spool.blocked = null
  room.resolve()
  await untilMessages(30_000)
  expect(bench.spool.gaps).toEqual([])
})

test('a container that waits to be started is not asked for again before something changes', async () => {
  const { uid } = bench.api.createPod().metadata
  await bench.start()
  bench.api.updatePod(uid, (pod) => (pod.metadata.annotations['scheduled'] = 'yes'))
  expect(logRequests()).toBe(0)
  bench.kubelet.run(uid)
  bench.kubelet.write(uid, 'started')
  await expectMessages(['started'])
})

test('what was read until when is told: a healthy stream is a few seconds behind, a broken one stands', async () => {
  const uid = startPod()
  await bench.start()
  bench.kubelet.write(uid, 'a')
  await untilMessages(1)
  const [source] = bench.spool.sources
  const healthy = source?.readUntilUs() ?? 0
  expect(Math.abs(Date.now() * 1000 - 5e6 - healthy)).toBeLessThan(2e6)
  bench.api.fault = ({ kind }) => (kind === 'log' ? { status: 500 } : null)
  bench.kubelet.cut()
  await until(() => logRequests() > 3, { what: 'attempts' })
  const broken = source?.readUntilUs()
  await until(() => logRequests() > 6, { what: 'more attempts' })
  expect(source?.readUntilUs()).toBe(broken)
})

test('a container that never wrote a line is known to have written none', async () => {
  startPod()
  const sources: Source[] = []
  bench.spool.register = (source) => void sources.push(source)
  await bench.start()
  const readUntilUs = () => sources[0]?.readUntilUs() ?? 0
  await until(() => readUntilUs() > Date.now() * 1000 - 20e6, { what: 'how far it was read' })
})

test('while the lines of an hour ago are being read, nothing later is called read', async () => {
  const uid = startPod()
  const lines = 3_000
  const fromUs = Date.now() * 1000 - 3_000e6
  for (let n = 0; n < lines; n += 1)
    bench.kubelet.write(uid, `line ${n}`, { time: { us: fromUs + n * 1000, ns: 0 } })
  const { push } = bench.spool
  let early = 0
  bench.spool.push = (line) => {
    if ((line.source.readUntilUs() ?? 0) > line.time.us) early += 1
    return push(line)
  }
  await bench.start()
  await untilMessages(lines)
  expect(early).toBe(0)
})
