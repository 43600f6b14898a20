import { setImmediate } from 'node:timers/promises'
import { until } from '@logboom/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { FakeApiServer, Fault } from './fake-api-server-fixture.ts'
import { endContainer, runContainer, statusOf } from './pod-objects-fixture.ts'
import { managedLabels, openPodWatch } from './pod-watch-fixture.ts'
import type { PodWatchBench } from './pod-watch-fixture.ts'

/** What may happen to the cluster, and to whoever watches it. */
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ act: fc.constant('create'), which: fc.nat(9) }) },
  { weight: 3, arbitrary: fc.record({ act: fc.constant('change'), which: fc.nat(9) }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('delete'), which: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('relabel'), which: fc.nat(9) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constantFrom('reset', 'half', 'stall', 'end', 'expire', 'bookmark', 'compact', 'breathe'),
      which: fc.nat(9),
    }),
  },
)
const fault = fc.constantFrom<Fault | null>(
  'reset',
  { status: 410 },
  { status: 429 },
  { status: 500 },
  { status: 403 },
  { status: 200, body: '{"type":"ADD' },
  null,
  null,
  null,
)
const scenarios = fc.record({
  steps: fc.array(step, { minLength: 10, maxLength: 60, size: 'max' }),
  faults: fc.array(fault, { maxLength: 12, size: 'max' }),
})

const listGapMs = 30

test('whatever happens to pods and to the watch, the view becomes the server’s, and lists keep their distance', async () => {
  const endured = { steps: 0, faults: 0, watches: 0 }
  await fc.assert(
    fc.asyncProperty(scenarios, async ({ steps, faults }) => {
      const bench = await openPodWatch({ pace: { listGapMs, graceMs: 20, idleMs: 150, forbiddenMs: 40 } })
      try {
        const left = [...faults]
        await until(() => bench.api.watches.size > 0, { what: 'the first watch' })
        bench.api.fault = () => left.shift() ?? null
        for (const { act, which } of steps) await take(bench, act, `pod-${which}`)
        endured.steps += steps.length
        endured.faults += faults.length - left.length
        bench.api.fault = () => null
        await until(() => viewOf(bench) === serverOf(bench.api), { what: 'the same view', timeoutMs: 10_000 })
        // A timer may fire a millisecond early.
        expect(bench.listGapMs()).toBeGreaterThan(listGapMs - 2)
        endured.watches += bench.api.count('watch')
      } finally {
        await bench.close()
      }
    }),
    { numRuns: 50 },
  )
  // Else nothing was tested.
  expect(Math.min(endured.faults, endured.watches)).toBeGreaterThan(20)
}, 120_000)

async function take({ api }: PodWatchBench, act: string, name: string): Promise<void> {
  const pod = api.pods().find(({ metadata }) => metadata.name === name)
  if (act === 'create' && !pod) api.createPod({ name, labels: managedLabels })
  if (act === 'delete' && pod) api.deletePod(pod.metadata.uid)
  if (act === 'compact') api.compact()
  if (act === 'change' && pod) {
    api.updatePod(pod.metadata.uid, (changed) => {
      if ('running' in statusOf(changed, 'app').state) endContainer(changed, 'app', 1)
      else runContainer(changed, 'app')
    })
  }
  if (act === 'relabel' && pod) {
    const isManaged = Object.keys(pod.metadata.labels).length > 0
    api.updatePod(pod.metadata.uid, ({ metadata }) => void (metadata.labels = isManaged ? {} : managedLabels))
  }
  for (const watch of api.watches) {
    if (act === 'reset') watch.reset()
    if (act === 'half') watch.sendHalf()
    if (act === 'stall') watch.stall()
    if (act === 'end') watch.end()
    if (act === 'expire') watch.fail(410)
    if (act === 'bookmark') watch.bookmark()
  }
  // Now and then the watch is there again before something else happens to it.
  if (act === 'breathe') await until(() => api.watches.size > 0, { what: 'a watch', timeoutMs: 10_000 })
  // Lets what was sent arrive, or a part of it.
  for (let turn = 0; turn < Number(name.at(-1)); turn++) await setImmediate()
}

function serverOf(api: FakeApiServer): string {
  const managed = api.pods().filter(({ metadata }) => Object.keys(metadata.labels).length > 0)
  const lines = managed.map((pod) => `${pod.metadata.uid} ${statusOf(pod, 'app').containerID ?? null}`)
  return lines.toSorted().join('\n')
}

function viewOf({ view }: PodWatchBench): string {
  const lines = [...view.values()].map(({ uid, containers }) => `${uid} ${containers[0]?.containerId}`)
  return lines.toSorted().join('\n')
}
