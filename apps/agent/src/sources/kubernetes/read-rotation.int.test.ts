import { until } from '@logboom/testing'
import { expect, test } from 'vitest'
import { nowTime } from './fake-kubelet-fixture.ts'
import { useReadingBench } from './pod-reading-fixture.ts'

const bench = useReadingBench()
const { startPod, untilMessages, expectMessages } = bench

/** A time some seconds from now, so that no line of before is in the overlap by chance. */
const later = (seconds: number) => ({ time: { us: nowTime().us + seconds * 1e6, ns: 0 } })

test('a rotation while it is followed costs nothing', async () => {
  const uid = startPod()
  await bench.start()
  bench.kubelet.write(uid, 'a')
  await untilMessages(1)
  bench.kubelet.life(uid).rotate()
  bench.kubelet.write(uid, 'b')
  await expectMessages(['a', 'b'])
  expect(bench.spool.gaps).toEqual([])
})

test('rotations while nobody listened: what cannot be had is in one gap, from the last line to the next', async () => {
  const uid = startPod()
  const first = await bench.start()
  bench.kubelet.write(uid, 'a')
  await untilMessages(1)
  await first.stop()
  bench.kubelet.write(uid, 'lost', later(1))
  bench.kubelet.life(uid).rotate()
  bench.kubelet.write(uid, 'lost too', later(2))
  bench.kubelet.life(uid).rotate()
  bench.kubelet.write(uid, 'b', later(3))
  bench.kubelet.write(uid, 'c', later(4))
  await bench.start()
  await expectMessages(['a', 'b', 'c'])
  const [a, b] = bench.spool.stored
  expect(bench.spool.gaps).toEqual([
    expect.objectContaining({ reason: 'rotated', exact: false, from: a?.timestamp, to: b?.timestamp }),
  ])
  bench.kubelet.cut()
  bench.kubelet.write(uid, 'd', later(5))
  await expectMessages(['a', 'b', 'c', 'd'])
  expect(bench.spool.gaps).toHaveLength(1)
  expect(await bench.metric('log_overlaps_total{result="missing"}')).toBe(1)
  expect(await bench.metric('log_overlaps_total{result="met"}')).toBe(1)
})

test('a rotation while the stream was cut is seen, also when the stream breaks again before it can be told', async () => {
  const uid = startPod()
  await bench.start()
  bench.kubelet.write(uid, 'a')
  await untilMessages(1)
  bench.api.fault = ({ kind }) => (kind === 'log' ? { status: 500 } : null)
  bench.kubelet.cut()
  await until(() => bench.kubelet.open.size === 0, { what: 'the end of the stream' })
  bench.kubelet.life(uid).rotate()
  // Within the time by which lines may be out of order: by itself it does not tell what was before it.
  bench.kubelet.write(uid, 'b')
  let cuts = 3
  bench.kubelet.fault = () => (cuts-- > 0 ? { resetAfter: 33 } : null)
  bench.api.fault = () => null
  await until(() => cuts < 0, { what: 'the cuts' })
  bench.kubelet.write(uid, 'c', later(3))
  await expectMessages(['a', 'b', 'c'])
  expect(bench.spool.gaps).toMatchObject([{ reason: 'rotated', from: bench.spool.stored[0]?.timestamp }])
})

test('a line that came soon after an unseen rotation is not held back for long', async () => {
  const uid = startPod()
  const first = await bench.start()
  bench.kubelet.write(uid, 'a')
  await untilMessages(1)
  await first.stop()
  bench.kubelet.life(uid).rotate()
  bench.kubelet.write(uid, 'b')
  await bench.start({ lingerMs: 80 })
  await expectMessages(['a', 'b'])
  expect(bench.spool.gaps).toMatchObject([{ reason: 'rotated', to: bench.spool.stored[1]?.timestamp }])
})

test('a file that is renamed back after a failed rotation is neither read twice nor called lost', async () => {
  const uid = startPod()
  await bench.start()
  bench.kubelet.write(uid, 'a')
  await untilMessages(1)
  bench.kubelet.life(uid).rotate()
  bench.kubelet.life(uid).renameBack()
  bench.kubelet.cut()
  bench.kubelet.write(uid, 'b')
  await untilMessages(2)
  const ids = bench.spool.stored.map(({ entry_id }) => entry_id)
  expect(new Set(ids).size).toBe(2)
  expect(bench.spool.gaps).toEqual([])
})

test('the last life has rotated its log away before it could be read to its end: a gap', async () => {
  const uid = startPod({ restartPolicy: 'Never' })
  const first = await bench.start()
  bench.kubelet.write(uid, 'a')
  await untilMessages(1)
  await first.stop()
  bench.kubelet.write(uid, 'lost')
  bench.kubelet.life(uid).rotate()
  bench.kubelet.end(uid)
  await bench.start()
  await until(() => bench.isDone(uid), { what: 'the end' })
  bench.spool.seal()
  expect(bench.messages()).toEqual(['a'])
  expect(bench.spool.gaps).toMatchObject([{ reason: 'rotated', from: bench.spool.stored[0]?.timestamp }])
})

test('a node whose clock is hours off, or is set back while its log is followed, loses nothing', async () => {
  const uid = startPod()
  await bench.start()
  const texts: string[] = []
  const messages = () => [
    ...new Map(bench.spool.stored.map((entry) => [entry.entry_id, entry.message])).values(),
  ]
  // A stream serves nothing that is older than what it was asked for: these are not.
  for (const seconds of [7_200, 7_190, 7_191, -3_000, -2_999]) {
    const text = `at ${seconds}`
    bench.kubelet.write(uid, text, later(seconds))
    texts.push(text)
    await until(() => messages().length === texts.length, { what: text })
  }
  bench.kubelet.cut()
  bench.kubelet.write(uid, 'the clock is right', later(0))
  await until(() => messages().length > texts.length, { what: 'the line after the cut' })
  // From before the clock was set back, lines are sent again: their ids tell.
  expect(messages()).toEqual([...texts, 'the clock is right'])
  const seqs = bench.spool.stored.map(({ seq }) => Number(seq))
  expect(seqs).toEqual(seqs.toSorted((a, b) => a - b))
})
