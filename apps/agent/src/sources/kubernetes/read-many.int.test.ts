import { until } from '@logboom/testing'
import { expect, test } from 'vitest'
import { nowTime } from './fake-kubelet-fixture.ts'
import { useReadingBench } from './pod-reading-fixture.ts'

const bench = useReadingBench()
const { startPod, untilMessages } = bench

test('two thousand containers share two hundred streams: all come on, within bounds, though the API server refuses now and then', async () => {
  const uids = Array.from({ length: 2_000 }, (_, n) => startPod({ name: `pod-${n}` }))
  for (const uid of uids) bench.kubelet.write(uid, `${uid} first`)
  bench.api.fault = ({ kind }) =>
    kind === 'log' && Math.random() < 0.01 ? { status: 429, headers: { 'Retry-After': '0' } } : null
  let openMax = 0
  const watching = setInterval(() => (openMax = Math.max(openMax, bench.api.connections.open)), 5)
  const { readers } = await bench.start({ streamsMax: 200, pollMinMs: 500, pollMaxMs: 1_500 })
  await untilMessages(2_000, 30_000)
  for (const uid of uids) bench.kubelet.write(uid, `${uid} second`)
  await untilMessages(4_000, 30_000)
  clearInterval(watching)
  expect(new Set(bench.messages()).size).toBe(4_000)
  expect(bench.spool.stored).toHaveLength(4_000)
  expect(openMax).toBeLessThanOrEqual(220)
  expect(readers.countStates()).toMatchObject({ following: 200, polling: 1_800 })
  const views = [...readers.streams()]
  expect(views.filter(({ state, lines }) => state === 'following' && lines > 0)).toHaveLength(200)
  expect(views).toHaveLength(2_000)
  expect(bench.spool.gaps).toEqual([])
}, 90_000)

test('a container that is polled and writes much takes the stream of a quiet one', async () => {
  const [quiet, busy] = [startPod({ name: 'quiet' }), startPod({ name: 'busy' })]
  bench.kubelet.write(quiet, 'q')
  await bench.start({ streamsMax: 1, lingerMs: 40, pollMinMs: 50 })
  await untilMessages(1)
  for (let n = 0; n < 50; n += 1) bench.kubelet.write(busy, `b${n}`)
  await untilMessages(51)
  await until(() => [...bench.kubelet.open].some((res) => bench.kubelet.nameOf(res) === 'busy'), {
    what: 'a stream of the busy one',
  })
  bench.kubelet.write(quiet, 'q2')
  bench.kubelet.write(busy, 'last')
  await untilMessages(53)
  expect(await bench.metric('log_stream_ends_total{cause="demoted"}')).toBe(1)
  expect(bench.spool.stored).toHaveLength(53)
  expect(bench.spool.gaps).toEqual([])
})

test('polled logs are exact: more lines than a tail holds, lines of one time where it begins, rotations told', async () => {
  const uid = startPod({ name: 'polled' })
  await bench.start({ streamsMax: 0, pollMinMs: 60, pollMaxMs: 60 })
  const texts: string[] = []
  const write = (text: string, time = nowTime()) => {
    bench.kubelet.write(uid, text, { time })
    texts.push(text)
  }
  for (const count of [1, 10, 1_999, 2_000, 2_001, 5_000, 3]) {
    const time = nowTime()
    for (let n = 0; n < count; n += 1)
      write(n % 3 === 0 ? 'same' : `${count} ${n}`, n % 1_990 < 40 ? time : nowTime())
    await untilMessages(texts.length)
    expect(bench.messages()).toHaveLength(texts.length)
  }
  expect(bench.messages()).toEqual(texts)
  expect(new Set(bench.spool.stored.map(({ entry_id }) => entry_id)).size).toBe(texts.length)
  expect(bench.spool.gaps).toEqual([])
  bench.kubelet.write(uid, 'lost', { time: { us: nowTime().us + 5e6, ns: 0 } })
  bench.kubelet.life(uid).rotate()
  bench.kubelet.write(uid, 'b', { time: { us: nowTime().us + 9e6, ns: 0 } })
  await until(() => bench.messages().includes('b'), { what: 'the line after the rotation' })
  // Read in between or not: both are the truth.
  expect(
    bench.messages().includes('lost') || bench.spool.gaps.some(({ reason }) => reason === 'rotated'),
  ).toBe(true)
}, 60_000)
