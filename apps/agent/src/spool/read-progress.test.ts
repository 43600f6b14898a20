import { formatMicros } from '@logboom/contracts'
import { expect, test } from 'vitest'
import type { Source } from '../sources/raw-line.ts'
import { freshMemory } from './position.ts'
import { createReadProgress } from './read-progress.ts'

interface Reading extends Source {
  us: number | null
}

function source(containerName: string, us: number | null, key = containerName): Reading {
  const names = { namespace: 'n', podName: 'p', containerName, podUid: null, node: null }
  const reading: Reading = {
    key,
    names: { ...names, deploymentObjectId: null, workOrderId: null, labels: {} },
    memory: freshMemory(),
    seen: null,
    us,
    position: () => null,
    readUntilUs: () => reading.us,
  }
  return reading
}

function progressOf(...sources: Source[]) {
  const progress = createReadProgress()
  for (const one of sources) progress.add(one)
  return progress
}

const second = 1e6
const now = 1_764_000_000 * second
const none = () => false
const behind = (name: string, us: number | null) => ({
  namespace: 'n',
  pod_name: 'p',
  container_name: name,
  until: us === null ? null : formatMicros(us),
})

test('all sources that are read together reach as far as the least of them; none at all is not known', () => {
  expect(createReadProgress().report(none)).toBeNull()
  const progress = progressOf(
    source('a', now),
    source('b', now - 0.4 * second),
    source('c', now - 0.9 * second),
  )
  expect(progress.report(none)).toEqual({ until: formatMicros(now - 0.9 * second), behind: [] })
})

test('streams that lag, or do not know, are told one by one and hold back nobody', () => {
  const progress = progressOf(source('a', now), source('b', now - 60 * second), source('c', null))
  expect(progress.report(none)).toEqual({
    until: formatMicros(now),
    behind: [behind('c', null), behind('b', now - 60 * second)],
  })
})

test('when more than 100 lag, the rest of them say how far all others are', () => {
  const lagging = Array.from({ length: 150 }, (_, n) => source(`lag ${n}`, now - (1_000 - n) * second))
  const report = progressOf(source('a', now), ...lagging).report(none)
  expect(report?.until).toBe(formatMicros(now - 900 * second))
  expect(report?.behind).toHaveLength(100)
  const unknown = Array.from({ length: 101 }, (_, n) => source(`unknown ${n}`, null))
  expect(progressOf(source('a', now), ...unknown).report(none)?.until).toBeNull()
})

test('of two files of one stream, the one that is less far counts', () => {
  const progress = progressOf(
    source('a', now - 90 * second, 'old'),
    source('a', now, 'new'),
    source('b', now),
  )
  expect(progress.report(none)?.behind).toEqual([behind('a', now - 90 * second)])
})

test('a source with lines in no batch yet reaches as far as its last batch', () => {
  const slow = source('slow', now)
  const progress = progressOf(source('a', now), slow)
  progress.report(none)
  slow.us = now + 50 * second
  expect(progress.report((one) => one === slow)).toEqual({ until: formatMicros(now), behind: [] })
  const fresh = source('fresh', now)
  progress.add(fresh)
  expect(progress.report((one) => one === fresh)?.behind).toContainEqual(behind('fresh', null))
})

test('a source that is over is forgotten', () => {
  const over = source('over', now - 1_000 * second)
  const progress = progressOf(source('a', now), over)
  progress.remove(over)
  expect(progress.report(none)).toEqual({ until: formatMicros(now), behind: [] })
})
