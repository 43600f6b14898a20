import { until } from '@logboom/testing'
import { afterEach, expect, test } from 'vitest'
import { runContainer } from './pod-objects-fixture.ts'
import { managedLabels, openPodWatch } from './pod-watch-fixture.ts'
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

test('pods that are there are told, then those that come, change and go', async () => {
  const bench = await open()
  const first = create(bench, 'first')
  bench.api.createPod({ name: 'other' })
  await untilNames(bench, ['first'])
  await until(() => bench.api.watches.size === 1, { what: 'the watch' })
  create(bench, 'second')
  await untilNames(bench, ['first', 'second'])
  bench.api.updatePod(first.metadata.uid, (pod) => void runContainer(pod, 'app'))
  await until(() => bench.view.get(first.metadata.uid)?.containers[0]?.phase === 'running', { what: 'life' })
  bench.api.deletePod(first.metadata.uid)
  await untilNames(bench, ['second'])
  expect(bench.told).toEqual(['changed first', 'changed second', 'changed first', 'deleted first'])
  expect(bench.api.count('list')).toBe(1)
})

test('what changes nothing for a reader is not told again', async () => {
  const bench = await openWatching()
  const { uid } = create(bench, 'pod').metadata
  bench.api.updatePod(uid, ({ metadata }) => void (metadata.annotations['probed'] = 'now'))
  create(bench, 'marker')
  await untilNames(bench, ['marker', 'pod'])
  expect(bench.told).toEqual(['changed pod', 'changed marker'])
})

test('a long list comes in pages, of one moment', async () => {
  const bench = await open({ pace: { listGapMs: 0 } })
  for (let i = 0; i < 1_201; i++) create(bench, `pod-${i}`)
  await until(() => bench.view.size === 1_201, { what: 'all pods' })
  const pages = bench.api.requests.filter(({ kind, query }) => kind === 'list' && query.has('continue'))
  expect(pages.length).toBeGreaterThanOrEqual(2)
  await until(() => bench.lists.at(-1)?.size === 1_201, { what: 'a whole list' })
})

test('a list whose continuation has expired is read anew, and nothing of it is taken for gone', async () => {
  const bench = await openWatching()
  for (let i = 0; i < 600; i++) create(bench, `pod-${i}`)
  await until(() => bench.view.size === 600, { what: 'all pods' })
  let expired = 0
  bench.api.fault = ({ query }) => {
    if (!query.has('continue') || expired++ > 0) return null
    bench.api.compact()
    return null
  }
  for (const watch of bench.api.watches) watch.fail(410)
  await until(() => expired > 1, { what: 'a second list' })
  await until(() => bench.lists.at(-1)?.size === 600, { what: 'a whole list' })
  expect(bench.told.filter((line) => !line.startsWith('changed'))).toEqual([])
})

test('a pod that was made anew under its name while nobody watched is another pod', async () => {
  const bench = await openWatching()
  const before = create(bench, 'db-0')
  await untilNames(bench, ['db-0'])
  bench.api.fault = ({ kind }) => (kind === 'watch' ? { status: 503 } : null)
  for (const watch of bench.api.watches) watch.reset()
  await until(() => bench.api.watches.size === 0, { what: 'the watch to end' })
  bench.api.deletePod(before.metadata.uid)
  const after = create(bench, 'db-0')
  bench.api.compact()
  bench.api.fault = () => null
  await until(() => bench.view.has(after.metadata.uid), { what: 'the new pod' })
  expect([...bench.view.keys()]).toEqual([after.metadata.uid])
  expect(bench.told).toEqual(['changed db-0', 'changed db-0', 'deleted db-0'])
})

/** What can happen to a watch, and whether a list is needed after it. */
const mishaps: [string, (bench: PodWatchBench) => void, boolean][] = [
  ['410 as an event', ({ api }) => api.watches.forEach((watch) => watch.fail(410)), true],
  ['an error as an event', ({ api }) => api.watches.forEach((watch) => watch.fail(500)), true],
  ['a reset', ({ api }) => api.watches.forEach((watch) => watch.reset()), false],
  ['half an event, then a reset', ({ api }) => api.watches.forEach((watch) => watch.sendHalf()), false],
  ['the end of its time', ({ api }) => api.watches.forEach((watch) => watch.end()), false],
  ['silence', ({ api }) => api.watches.forEach((watch) => watch.stall()), false],
  [
    'a page of a proxy',
    ({ api }) => api.watches.forEach((watch) => watch.sendRaw('<html>\n<body>\n')),
    false,
  ],
]

test.each(mishaps)('after %s, what happened meanwhile is told', async (_what, mishap, isListed) => {
  const bench = await openWatching()
  const [kept, gone] = [create(bench, 'kept'), create(bench, 'gone')]
  await untilNames(bench, ['gone', 'kept'])
  mishap(bench)
  bench.api.deletePod(gone.metadata.uid)
  bench.api.updatePod(kept.metadata.uid, (pod) => void runContainer(pod, 'app'))
  create(bench, 'new')
  await untilNames(bench, ['kept', 'new'])
  await until(() => bench.view.get(kept.metadata.uid)?.containers[0]?.phase === 'running', { what: 'life' })
  expect(bench.api.count('list')).toBe(isListed ? 2 : 1)
})

test('a version that the server has forgotten leads to a list', async () => {
  const bench = await openWatching()
  create(bench, 'a')
  await untilNames(bench, ['a'])
  bench.api.fault = ({ kind }) => (kind === 'watch' ? 'reset' : null)
  for (const watch of bench.api.watches) watch.reset()
  await until(() => bench.api.watches.size === 0, { what: 'the watch to end' })
  create(bench, 'b')
  bench.api.compact()
  bench.api.fault = () => null
  await untilNames(bench, ['a', 'b'])
})

test('bookmarks keep a quiet watch from expiring', async () => {
  const bench = await openWatching({ rules: { namespaces: ['quiet'] } })
  bench.api.createPod({ name: 'elsewhere' })
  bench.api.compact()
  for (const watch of bench.api.watches) watch.bookmark()
  const watches = bench.api.count('watch')
  for (const watch of bench.api.watches) watch.end()
  await until(() => bench.api.count('watch') > watches && bench.api.watches.size > 0, {
    what: 'the next watch',
  })
  expect(bench.api.count('list')).toBe(1)
})

test('a server that is away, refuses or hangs at the start is waited for, with at most one list in ten seconds', async () => {
  const bench = await open({ pace: { listGapMs: 80 } })
  create(bench, 'pod')
  const faults = [
    'reset',
    { status: 503 },
    { status: 429, headers: { 'Retry-After': '0' } },
    { status: 401 },
  ] as const
  let turn = 0
  bench.api.fault = () => (turn < 12 ? (faults[turn++ % faults.length] ?? null) : null)
  expect(bench.watch.isSynced()).toBe(false)
  await untilNames(bench, ['pod'])
  // A timer may fire a millisecond early.
  expect(bench.listGapMs()).toBeGreaterThan(78)
})

test('however often the watch expires, lists keep their distance', async () => {
  const bench = await openWatching({ pace: { listGapMs: 80 } })
  bench.api.fault = ({ kind }) => (kind === 'watch' ? { status: 410 } : null)
  for (const watch of bench.api.watches) watch.fail(410)
  await until(() => bench.api.count('list') >= 6, { what: 'six lists' })
  // A timer may fire a millisecond early.
  expect(bench.listGapMs()).toBeGreaterThan(78)
})

test('Retry-After is heeded', async () => {
  const bench = await openWatching()
  const refused: number[] = []
  bench.api.fault = ({ kind, atMs }) => {
    if (kind !== 'watch' || refused.length > 0) return null
    refused.push(atMs)
    return { status: 429, headers: { 'Retry-After': '1' } }
  }
  for (const watch of bench.api.watches) watch.reset()
  await until(() => refused.length > 0 && bench.api.watches.size > 0, { what: 'the next watch' })
  const next = bench.api.requests.findLast(({ kind }) => kind === 'watch')
  expect((next?.atMs ?? 0) - (refused[0] ?? 0)).toBeGreaterThan(985)
})

test('a watch that ends as soon as it begins is not asked for again and again', async () => {
  const bench = await openWatching({ pace: { backoffBaseMs: 100, backoffMaxMs: 60_000 } })
  const stop = setInterval(() => bench.api.watches.forEach((watch) => watch.end()), 1)
  try {
    await until(() => bench.logged().includes('pods cannot be watched'), { what: 'the warning' })
  } finally {
    clearInterval(stop)
  }
  expect(bench.api.count('watch')).toBeLessThan(10)
})

test('a list is read from time to time although nothing seems to be missing', async () => {
  const bench = await openWatching({ pace: { relistMs: 1_000, watchMsMin: 600, watchMsMax: 900 } })
  create(bench, 'pod')
  await until(() => bench.api.count('list') >= 2, { what: 'the second list' })
  await until(() => bench.lists.length >= 2, { what: 'it to be told' })
  expect(bench.told).toEqual(['changed pod'])
})

test('a namespace that may not be read is told of once, hinders no other, and comes when it may', async () => {
  const bench = await open({ rules: { namespaces: ['shop', 'bank'] } })
  bench.api.fault = ({ namespace }) => (namespace === 'bank' ? { status: 403 } : null)
  create(bench, 'till', { namespace: 'shop' })
  create(bench, 'vault', { namespace: 'bank' })
  await untilNames(bench, ['till'])
  const refused = () => bench.api.requests.filter(({ namespace }) => namespace === 'bank').length
  await until(() => refused() >= 3, { what: 'three attempts' })
  expect(bench.logged().match(/may not be listed/g)).toHaveLength(1)
  expect(bench.watch.isSynced()).toBe(true)
  // Nobody may take the pods of the bank for gone.
  expect(bench.lists).toEqual([])
  bench.api.fault = () => null
  await untilNames(bench, ['till', 'vault'])
  await until(() => bench.lists.at(-1)?.size === 2, { what: 'a whole list' })
  expect(bench.logged()).toContain('pods may be listed and watched again')
})

test('rights that are taken away and given back leave the pods where they were', async () => {
  const bench = await openWatching({ rules: { namespaces: ['shop', 'bank'] } })
  create(bench, 'till', { namespace: 'shop' })
  create(bench, 'vault', { namespace: 'bank' })
  await untilNames(bench, ['till', 'vault'])
  const refused = () => bench.api.requests.filter(({ namespace }) => namespace === 'bank').length
  const before = refused()
  bench.api.fault = ({ namespace }) => (namespace === 'bank' ? { status: 403 } : null)
  for (const watch of bench.api.watches) if (watch.namespace === 'bank') watch.reset()
  await until(() => refused() > before + 2, { what: 'attempts' })
  create(bench, 'scale', { namespace: 'shop' })
  await untilNames(bench, ['scale', 'till', 'vault'])
  bench.api.fault = () => null
  create(bench, 'safe', { namespace: 'bank' })
  await untilNames(bench, ['safe', 'scale', 'till', 'vault'])
  expect(bench.told.filter((line) => !line.startsWith('changed'))).toEqual([])
})

test('no namespace that may be read is no readiness', async () => {
  const bench = await open()
  bench.api.fault = () => ({ status: 403 })
  await until(() => bench.api.requests.length >= 2, { what: 'attempts' })
  expect(bench.watch.isSynced()).toBe(false)
})

test('a server that was not heard of for long is no readiness', async () => {
  const bench = await openWatching({ pace: { staleMs: 100 } })
  bench.api.fault = () => 'hang'
  for (const watch of bench.api.watches) watch.reset()
  await until(() => !bench.watch.isSynced(), { what: 'it to be told' })
})
