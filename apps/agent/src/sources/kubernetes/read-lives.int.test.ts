import { until } from '@logboom/testing'
import { expect, test } from 'vitest'
import { useReadingBench } from './pod-reading-fixture.ts'
import { managedPodOf } from './tell-pods-fixture.ts'

const bench = useReadingBench()
const { startPod, untilMessages, expectMessages } = bench
const logRequests = () => bench.api.count('log')

test('a restart while nobody listened: the rest of the life before, then the new one', async () => {
  const uid = startPod()
  const first = await bench.start()
  bench.kubelet.write(uid, 'a1')
  await untilMessages(1)
  await first.stop()
  bench.kubelet.write(uid, 'a2')
  bench.kubelet.end(uid, { exitCode: 1 })
  bench.kubelet.run(uid)
  bench.kubelet.write(uid, 'b1')
  await bench.start()
  bench.kubelet.write(uid, 'b2')
  await expectMessages(['a1', 'a2', 'b1', 'b2'])
  expect(bench.spool.gaps).toEqual([])
})

test('a restart while the stream was cut: the rest of the life before, then the new one', async () => {
  const uid = startPod()
  await bench.start()
  bench.kubelet.write(uid, 'a1')
  await untilMessages(1)
  bench.kubelet.cut()
  bench.kubelet.write(uid, 'a2')
  bench.kubelet.end(uid, { exitCode: 1 })
  bench.kubelet.run(uid)
  bench.kubelet.write(uid, 'b1')
  await expectMessages(['a1', 'a2', 'b1'])
  expect(bench.spool.gaps).toEqual([])
})

test('five restarts unseen: the newest two lives are stored, a gap tells of the others', async () => {
  const uid = startPod()
  const first = await bench.start()
  bench.kubelet.write(uid, 'life 0')
  await untilMessages(1)
  const { timestamp } = bench.spool.stored[0] ?? {}
  await first.stop()
  for (let life = 1; life <= 5; life += 1) {
    bench.kubelet.end(uid, { exitCode: 1 })
    bench.kubelet.run(uid)
    bench.kubelet.write(uid, `life ${life}`)
  }
  await bench.start()
  await expectMessages(['life 0', 'life 4', 'life 5'])
  expect(bench.spool.gaps).toEqual([
    expect.objectContaining({
      reason: 'missed_restarts',
      exact: false,
      from: timestamp,
      to: bench.spool.stored[1]?.timestamp,
      container_name: 'app',
    }),
  ])
  expect(await bench.metric('log_missed_restarts_total')).toBe(3)
})

test('the life before is removed before its rest was read: a gap', async () => {
  const uid = startPod()
  const first = await bench.start()
  bench.kubelet.write(uid, 'a1')
  await untilMessages(1)
  await first.stop()
  bench.kubelet.write(uid, 'a2')
  const life = bench.kubelet.life(uid)
  bench.kubelet.end(uid, { exitCode: 1 })
  bench.kubelet.run(uid)
  life.isCollected = true
  bench.kubelet.write(uid, 'b1')
  await bench.start()
  await expectMessages(['a1', 'b1'])
  expect(bench.spool.gaps.map(({ reason }) => reason)).toEqual(['missed_restarts'])
})

test('a crash loop: the lines of each life once, with less than two requests for each', async () => {
  const uid = startPod()
  await bench.start()
  const expected: string[] = []
  for (let life = 0; life < 20; life += 1) {
    if (life > 0) bench.kubelet.run(uid)
    for (const n of [1, 2, 3]) {
      bench.kubelet.write(uid, `life ${life} line ${n}`)
      expected.push(`life ${life} line ${n}`)
    }
    await untilMessages(expected.length)
    bench.kubelet.end(uid, { exitCode: 1 })
    await until(() => bench.kubelet.open.size === 0, { what: 'the end of the stream' })
    bench.kubelet.wait(uid, 'CrashLoopBackOff')
  }
  await expectMessages(expected)
  expect(logRequests()).toBeLessThan(40)
  expect(bench.spool.gaps).toEqual([])
})

test('a container that crashes at once, again and again, is not asked for more often than it restarts', async () => {
  const uid = startPod()
  bench.kubelet.write(uid, 'x')
  bench.kubelet.end(uid, { exitCode: 1, waits: 'CrashLoopBackOff' })
  await bench.start()
  await expectMessages(['x'])
  const before = logRequests()
  // Something about the pod changes all the time, but not the life of its container.
  for (let n = 0; n < 50; n += 1) {
    bench.api.updatePod(uid, (pod) => {
      pod.metadata.annotations['n'] = String(n)
    })
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(logRequests()).toBe(before)
})

test('a job that ends and is deleted at once: all lines, or a gap', async () => {
  for (let round = 0; round < 10; round += 1) {
    const uid = startPod({ name: `job-${round}`, restartPolicy: 'Never' })
    if (round === 0) await bench.start()
    bench.kubelet.write(uid, `${round} working`)
    if (round % 2)
      await until(() => bench.messages().includes(`${round} working`), { what: 'its first line' })
    if (round % 3 === 2) bench.kubelet.cut()
    bench.kubelet.write(uid, `${round} done`)
    bench.kubelet.end(uid)
    if (round > 5) await until(() => bench.messages().includes(`${round} done`), { what: 'its last line' })
    bench.api.deletePod(uid)
    const name = `job-${round}`
    const isTold = () =>
      bench.messages().includes(`${round} done`) ||
      bench.spool.gaps.some(({ pod_name, reason }) => pod_name === name && reason === 'unreadable')
    await until(isTold, { what: `the last line of ${name}, or a gap` })
  }
  expect(new Set(bench.messages()).size).toBe(bench.messages().length)
})

test('a job that ends and stays is read to its end, without a newline too, and then left alone', async () => {
  const uid = startPod({ restartPolicy: 'Never' })
  await bench.start()
  bench.kubelet.write(uid, 'line')
  bench.kubelet.write(uid, 'no newline', { isPart: true })
  bench.kubelet.end(uid)
  await expectMessages(['line', 'no newline'])
  await until(() => bench.isDone(uid), { what: 'the end' })
  const requests = logRequests()
  bench.api.updatePod(uid, (pod) => (pod.metadata.annotations['x'] = 'y'))
  const second = await bench.start()
  await second.stop()
  expect(logRequests()).toBe(requests)
})

test('a pod that is made anew under its name has a stream of its own', async () => {
  const old = startPod({ name: 'db-0' })
  await bench.start()
  bench.kubelet.write(old, 'old')
  await untilMessages(1)
  bench.kubelet.end(old)
  await until(() => bench.kubelet.open.size === 0, { what: 'the end of the stream' })
  bench.api.deletePod(old)
  const fresh = startPod({ name: 'db-0' })
  bench.kubelet.write(fresh, 'fresh')
  await expectMessages(['old', 'fresh'])
  expect(bench.spool.stored.map(({ pod_uid }) => pod_uid)).toEqual([old, fresh])
})

test('a pod that went while the agent was away leaves a gap, once', async () => {
  const uid = startPod({ name: 'gone' })
  const first = await bench.start()
  bench.kubelet.write(uid, 'a')
  await untilMessages(1)
  await first.stop()
  bench.kubelet.write(uid, 'never read')
  bench.api.deletePod(uid)
  for (const _ of [1, 2]) {
    const next = await bench.start()
    await next.stop()
    bench.spool.seal()
  }
  expect(bench.spool.gaps).toEqual([
    expect.objectContaining({
      pod_name: 'gone',
      container_name: 'app',
      reason: 'unreadable',
      from: bench.spool.stored[0]?.timestamp,
    }),
  ])
})

test('a pod that is no longer selected is read no more, and read on from there when it is again', async () => {
  const uid = startPod()
  const { readers } = await bench.start()
  bench.kubelet.write(uid, 'a')
  await untilMessages(1)
  readers.removed(uid, { isDeleted: false })
  await until(() => bench.kubelet.open.size === 0, { what: 'the end of the stream' })
  bench.kubelet.write(uid, 'b')
  bench.api.updatePod(uid, (pod) => (pod.metadata.labels['selected'] = 'again'))
  await expectMessages(['a', 'b'])
  expect(bench.spool.gaps).toEqual([])
})

test('a pod that is deselected and selected again at once is read on, and nothing is read twice', async () => {
  const uid = startPod()
  const { readers } = await bench.start()
  bench.kubelet.write(uid, 'a')
  await untilMessages(1)
  readers.removed(uid, { isDeleted: false })
  for (const pod of bench.api.pods()) readers.changed(managedPodOf(pod))
  bench.kubelet.write(uid, 'b')
  await expectMessages(['a', 'b'])
})

test('a pod that was not selected when the agent came back is read on, with a gap, once it is selected again', async () => {
  const uid = startPod()
  const first = await bench.start()
  bench.kubelet.write(uid, 'a')
  await untilMessages(1)
  await first.stop()
  const { pods } = bench.api
  bench.api.pods = () => []
  const { readers } = await bench.start()
  bench.api.pods = pods
  await until(() => bench.spool.gaps.length > 0, { what: 'the gap' })
  bench.kubelet.write(uid, 'b')
  for (const pod of pods()) readers.changed(managedPodOf(pod))
  await expectMessages(['a', 'b'])
  expect(bench.spool.gaps.map(({ reason }) => reason)).toEqual(['unreadable'])
})

test('the same when it is selected again only after another restart', async () => {
  const uid = startPod()
  const first = await bench.start()
  bench.kubelet.write(uid, 'a')
  await untilMessages(1)
  await first.stop()
  const { pods } = bench.api
  bench.api.pods = () => []
  const second = await bench.start()
  await until(() => bench.spool.gaps.length > 0, { what: 'the gap' })
  await second.stop()
  bench.api.pods = pods
  bench.kubelet.write(uid, 'b')
  await bench.start()
  await expectMessages(['a', 'b'])
})

test('what is learned of a pod names its next lines, and its stream stays', async () => {
  const uid = startPod()
  await bench.start()
  bench.kubelet.write(uid, 'a')
  await untilMessages(1)
  for (let n = 0; n < 20; n += 1) bench.api.updatePod(uid, (pod) => (pod.metadata.labels['app'] = `v${n}`))
  bench.kubelet.write(uid, 'b')
  await expectMessages(['a', 'b'])
  expect(bench.spool.stored[1]?.labels).toEqual({ app: 'v19' })
  expect(logRequests()).toBe(1)
})

test('the kubelet serves another life than it was asked for: every line is stored once all the same', async () => {
  const uid = startPod()
  await bench.start()
  bench.kubelet.write(uid, 'a1')
  await untilMessages(1)
  bench.kubelet.end(uid, { exitCode: 1 })
  let wrong = 3
  bench.kubelet.fault = () => (wrong-- > 0 ? { otherLife: true } : null)
  bench.kubelet.run(uid)
  bench.kubelet.write(uid, 'b1')
  await untilMessages(2)
  bench.kubelet.write(uid, 'b2')
  await until(() => bench.messages().includes('b2'), { what: 'the last line' })
  const ids = new Map(bench.spool.stored.map(({ entry_id, message }) => [entry_id, message]))
  expect([...ids.values()].toSorted()).toEqual(['a1', 'b1', 'b2'])
})
