import { until } from '@logboom/testing'
import { expect, test } from 'vitest'
import { useReadingBench } from './pod-reading-fixture.ts'

const bench = useReadingBench()

function startPod(parts: Parameters<typeof bench.api.createPod>[0] = {}): string {
  const { uid } = bench.api.createPod(parts).metadata
  bench.kubelet.run(uid)
  return uid
}

const untilMessages = (count: number) =>
  until(() => bench.messages().length >= count, { what: `${count} messages` })

test('lines of a running container arrive with their own time, in order, once', async () => {
  const uid = startPod({ name: 'web', labels: { app: 'web' } })
  bench.kubelet.write(uid, 'before the agent', { time: { us: Date.now() * 1000 - 5e6, ns: 7 } })
  await bench.start()
  await untilMessages(1)
  bench.kubelet.write(uid, 'after')
  await untilMessages(2)
  expect(bench.messages()).toEqual(['before the agent', 'after'])
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
