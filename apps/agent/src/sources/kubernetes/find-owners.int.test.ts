import { randomUUID } from 'node:crypto'
import { until } from '@logboom/testing'
import { afterEach, expect, test } from 'vitest'
import { openFakeApiServer } from './fake-api-server-fixture.ts'
import type { FakeObject } from './pod-objects-fixture.ts'
import { agentId, deploymentObjectKey, managedLabels, openPodWatch, ownerKey } from './pod-watch-fixture.ts'
import type { BenchOptions, PodWatchBench } from './pod-watch-fixture.ts'

const benches: PodWatchBench[] = []
afterEach(async () => {
  for (const bench of benches.splice(0).toReversed()) await bench.close()
})

async function open(options?: BenchOptions): Promise<PodWatchBench> {
  const bench = await openPodWatch(options)
  benches.push(bench)
  await until(() => bench.api.watches.size > 0, { what: 'the watch' })
  return bench
}

const by = ({ apiVersion, kind, metadata: { name, uid } }: FakeObject) => ({
  ownerReferences: [{ apiVersion, kind, name, uid, controller: true }],
})

const deploymentId = '00000001-0000-4000-8000-000000000000'
const mine = { [ownerKey]: agentId, [deploymentObjectKey]: deploymentId }

/** A Deployment that Brokkr applied, and its ReplicaSet, which nobody annotated. */
function deploy({ api }: PodWatchBench, annotations: Record<string, string> = mine): FakeObject {
  const deployment = api.addOwner('apps/v1', 'Deployment', 'deployments', { name: 'web', annotations })
  return api.addOwner('apps/v1', 'ReplicaSet', 'replicasets', { name: 'web-1', ...by(deployment) })
}

const told = ({ view }: PodWatchBench) => [...view.values()]

test('what a Deployment says is true of its pods, and is asked for once for all of them', async () => {
  const bench = await open()
  const set = deploy(bench)
  for (let i = 0; i < 20; i++) bench.api.createPod({ name: `web-1-${i}`, ...by(set) })
  await until(() => bench.view.size === 20, { what: 'all pods' })
  expect(new Set(told(bench).map(({ deploymentObjectId }) => deploymentObjectId))).toEqual(
    new Set([deploymentId]),
  )
  expect(bench.api.count('owner')).toBe(2)
  expect(bench.api.requests.filter(({ kind }) => kind === 'owner').map(({ accept }) => accept)).toEqual(
    Array(2).fill(expect.stringContaining('as=PartialObjectMetadata')),
  )
})

test.each([
  ['batch/v1', 'Job', 'jobs', 'batch/v1', 'CronJob', 'cronjobs'],
  ['apps/v1', 'StatefulSet', 'statefulsets', 'example.com/v1', 'Database', 'databases'],
  ['argoproj.io/v1alpha1', 'Rollout', 'rollouts', 'example.com/v1', 'Tenant', 'tenants'],
])('from a pod over %s %s to its owner', async (version, kind, plural, topVersion, topKind, topPlural) => {
  const bench = await open()
  for (const [apiVersion, name, each] of [
    [version, plural, kind],
    [topVersion, topPlural, topKind],
  ] as const) {
    const resources = [
      { name: `${name}/status`, kind: each, namespaced: true },
      { name, kind: each, namespaced: true },
    ]
    bench.api.documents.set(`/apis/${apiVersion}`, { kind: 'APIResourceList', resources })
  }
  const top = bench.api.addOwner(topVersion, topKind, topPlural, { name: 'top', annotations: mine })
  const owner = bench.api.addOwner(version, kind, plural, { name: 'owner', ...by(top) })
  bench.api.createPod({ name: 'pod', ...by(owner) })
  await until(() => bench.view.size === 1, { what: 'the pod' })
  expect(told(bench)[0]?.deploymentObjectId).toBe(deploymentId)
})

test('a pod is told before its owners are known, and again when they are', async () => {
  const bench = await open()
  const set = deploy(bench)
  let isHeld = true
  bench.api.fault = ({ kind }) => (kind === 'owner' && isHeld ? { status: 503 } : null)
  bench.api.createPod({ name: 'pod', labels: managedLabels, ...by(set) })
  await until(() => bench.view.size === 1, { what: 'the pod' })
  expect(told(bench)[0]?.deploymentObjectId).toBe(null)
  isHeld = false
  await until(() => told(bench)[0]?.deploymentObjectId === deploymentId, { what: 'its deployment object' })
  expect(bench.told).toEqual(['changed pod', 'changed pod'])
})

test('a pod that may turn out to be ours is not missing from a list', async () => {
  const bench = await open()
  const set = deploy(bench)
  bench.api.fault = ({ kind }) => (kind === 'owner' ? 'hang' : null)
  const { uid } = bench.api.createPod({ name: 'pod', ...by(set) }).metadata
  await until(() => bench.api.count('owner') > 0, { what: 'the walk' })
  for (const watch of bench.api.watches) watch.fail(410)
  await until(() => bench.lists.length > 1, { what: 'the next list' })
  expect([...(bench.lists.at(-1) ?? [])]).toEqual([uid])
})

test('owners that go before their pods take nothing with them', async () => {
  const api = await openFakeApiServer()
  const bench = await open({ api })
  const set = deploy(bench)
  const { uid } = api.createPod({ name: 'pod', ...by(set) }).metadata
  await until(() => bench.view.size === 1, { what: 'the pod' })
  for (const path of api.objects.keys()) if (path.startsWith('/apis')) api.objects.delete(path)
  // As after the agent has forgotten: another watch, to which the pod is new, and one that has it.
  const second = await open({ api })
  api.updatePod(uid, ({ metadata }) => void (metadata.labels['app'] = 'web'))
  await until(() => told(bench)[0]?.labels['app'] === 'web', { what: 'the change' })
  expect(told(bench)[0]?.deploymentObjectId).toBe(deploymentId)
  expect(second.view.size).toBe(0)
  await api.close()
})

test('owners that may not be read are told of once, and left alone', async () => {
  const bench = await open()
  const sets = [deploy(bench), bench.api.addOwner('apps/v1', 'ReplicaSet', 'replicasets', { name: 'api-1' })]
  bench.api.fault = ({ kind }) => (kind === 'owner' ? { status: 403 } : null)
  bench.api.createPod({ name: 'a', labels: managedLabels, ...by(sets[0] ?? fail()) })
  await until(() => bench.api.count('owner') === 1 && bench.logged().includes('may not be read'), {
    what: '403',
  })
  for (let i = 0; i < 5; i++) {
    bench.api.createPod({ name: `b-${i}`, labels: managedLabels, ...by(sets[1] ?? fail()) })
  }
  await until(() => bench.view.size === 6, { what: 'the pods' })
  expect(bench.api.count('owner')).toBe(1)
  expect(bench.logged().match(/may not be read/g)).toHaveLength(1)
})

function fail(): never {
  throw new Error('no owner')
}

test('owners in a circle end somewhere', async () => {
  const bench = await open()
  const [a, b] = [randomUUID(), randomUUID()]
  const set = { apiVersion: 'apps/v1', kind: 'ReplicaSet' }
  const one = bench.api.addOwner('apps/v1', 'ReplicaSet', 'replicasets', {
    name: 'a',
    uid: a,
    ownerReferences: [{ ...set, name: 'b', uid: b, controller: true }],
  })
  bench.api.addOwner('apps/v1', 'ReplicaSet', 'replicasets', { name: 'b', uid: b, ...by(one) })
  bench.api.createPod({ name: 'pod', ...by(one) })
  bench.api.createPod({ name: 'marker', labels: managedLabels })
  await until(() => bench.view.size === 1 && bench.api.count('owner') === 2, { what: 'the walk' })
  expect(told(bench).map(({ name }) => name)).toEqual(['marker'])
})

test('an owner that was made anew under its name is another owner', async () => {
  const bench = await open()
  const set = deploy(bench)
  const { namespace, name } = set.metadata
  bench.api.createPod({
    name: 'pod',
    ownerReferences: [{ ...set, name, uid: randomUUID(), controller: true }],
  })
  await until(() => bench.api.count('owner') === 1, { what: 'the walk' })
  bench.api.createPod({ name: 'marker', namespace, labels: managedLabels })
  await until(() => bench.view.size === 1, { what: 'the marker' })
  expect(bench.told).toEqual(['changed marker'])
})

test('what an owner said before it made a new pod is not taken for what it says now', async () => {
  const bench = await open({ pace: { siblingMs: 0 } })
  const set = bench.api.addOwner('apps/v1', 'StatefulSet', 'statefulsets', { name: 'db', annotations: mine })
  bench.api.createPod({ name: 'db-0', ...by(set) })
  await until(() => bench.view.size === 1, { what: 'the first pod' })
  const newId = '00000002-0000-4000-8000-000000000000'
  set.metadata.annotations[deploymentObjectKey] = newId
  bench.api.createPod({ name: 'db-1', ...by(set) })
  await until(() => bench.view.size === 2, { what: 'the second pod' })
  expect(told(bench).find((pod) => pod.name === 'db-1')?.deploymentObjectId).toBe(newId)
})
