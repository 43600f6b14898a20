import { randomUUID } from 'node:crypto'
import { until } from '@logboom/testing'
import { afterEach, expect, test } from 'vitest'
import { endContainer, runContainer } from './pod-objects-fixture.ts'
import type { FakePod } from './pod-objects-fixture.ts'
import { deploymentObjectKey, managedLabels, openPodWatch } from './pod-watch-fixture.ts'
import type { BenchOptions, PodWatchBench } from './pod-watch-fixture.ts'

const benches: PodWatchBench[] = []
afterEach(async () => {
  for (const bench of benches.splice(0).toReversed()) await bench.close()
})

async function open(options?: BenchOptions): Promise<PodWatchBench> {
  const bench = await openPodWatch(options)
  benches.push(bench)
  return bench
}

/** Watching, after its first list. */
async function openWatching(options?: BenchOptions): Promise<PodWatchBench> {
  const bench = await open(options)
  await until(() => bench.api.watches.size > 0 && bench.watch.isSynced(), { what: 'the watch' })
  return bench
}

const names = ({ view }: PodWatchBench) => [...view.values()].map(({ name }) => name).toSorted()

async function untilNames(bench: PodWatchBench, expected: string[]): Promise<void> {
  await until(() => names(bench).join() === expected.join(), { what: `pods ${expected.join()}` })
}

const create = ({ api }: PodWatchBench, name: string, rest: object = {}) =>
  api.createPod({ name, labels: managedLabels, ...rest })

test('one node’s pods are asked for where one node is read', async () => {
  const bench = await open({ node: 'node-2' })
  create(bench, 'here', { node: 'node-2' })
  create(bench, 'there')
  await untilNames(bench, ['here'])
  expect(bench.api.requests.every(({ query }) => query.get('fieldSelector') === 'spec.nodeName=node-2')).toBe(
    true,
  )
})

const relabel = (pod: FakePod, labels: Record<string, string>) => void (pod.metadata.labels = labels)

test('labels that flap do not end what is read', async () => {
  const bench = await openWatching({ pace: { graceMs: 2_000 } })
  const { uid } = create(bench, 'pod').metadata
  for (let i = 0; i < 5; i++) {
    bench.api.updatePod(uid, (pod) => relabel(pod, {}))
    bench.api.updatePod(uid, (pod) => relabel(pod, { ...managedLabels, app: `v${i}` }))
  }
  bench.api.updatePod(uid, (pod) => relabel(pod, {}))
  bench.api.updatePod(uid, (pod) => void runContainer(pod, 'app'))
  // Told on while it is not known whether it comes back.
  await until(() => bench.view.get(uid)?.containers[0]?.phase === 'running', { what: 'life' })
  bench.api.updatePod(uid, (pod) => relabel(pod, managedLabels))
  create(bench, 'marker')
  await untilNames(bench, ['marker', 'pod'])
  expect(bench.told.filter((line) => !line.startsWith('changed'))).toEqual([])
})

test('a pod that lost its label for good is let go, without being called deleted', async () => {
  const bench = await openWatching()
  const { uid } = create(bench, 'pod').metadata
  await untilNames(bench, ['pod'])
  bench.api.updatePod(uid, (pod) => relabel(pod, {}))
  await untilNames(bench, [])
  expect(bench.told.at(-1)).toBe('deselected pod')
  bench.api.updatePod(uid, (pod) => relabel(pod, managedLabels))
  await untilNames(bench, ['pod'])
})

test('a pod that asks to be left alone is let go at once', async () => {
  const bench = await openWatching({ pace: { graceMs: 3_600_000 } })
  const { uid } = create(bench, 'pod').metadata
  await untilNames(bench, ['pod'])
  bench.api.updatePod(uid, ({ metadata }) => void (metadata.annotations['logs.brokkr.io/exclude'] = 'true'))
  await untilNames(bench, [])
  expect(bench.told).toEqual(['changed pod', 'deselected pod'])
})

test('a pod that is being deleted is told as such until it is gone', async () => {
  const bench = await openWatching()
  const { uid } = create(bench, 'pod').metadata
  bench.api.updatePod(uid, (pod) => {
    runContainer(pod, 'app')
    pod.metadata.deletionTimestamp = new Date().toISOString()
  })
  await until(() => bench.view.get(uid)?.isTerminating === true, { what: 'it to be told' })
  bench.api.updatePod(uid, (pod) => endContainer(pod, 'app'))
  bench.api.deletePod(uid)
  await untilNames(bench, [])
  expect(bench.told.at(-1)).toBe('deleted pod')
})

test('a pod that nobody can make sense of hinders no other', async () => {
  const bench = await openWatching()
  const odd = JSON.stringify({ type: 'ADDED', object: { metadata: { resourceVersion: '1001', name: 7 } } })
  for (const watch of bench.api.watches) watch.sendRaw(`${odd}\n`)
  create(bench, 'pod', { labels: { ...managedLabels, [deploymentObjectKey]: randomUUID() } })
  await untilNames(bench, ['pod'])
  expect(bench.api.count('list')).toBe(1)
})

test('a job that comes, ends and is deleted in a moment is told in each of its states', async () => {
  const bench = await openWatching()
  const { uid } = create(bench, 'job', { restartPolicy: 'Never' }).metadata
  bench.api.updatePod(uid, (pod) => void runContainer(pod, 'app'))
  bench.api.updatePod(uid, (pod) => endContainer(pod, 'app'))
  bench.api.deletePod(uid)
  create(bench, 'marker')
  await untilNames(bench, ['marker'])
  expect(bench.told).toEqual([...Array<string>(3).fill('changed job'), 'deleted job', 'changed marker'])
})
