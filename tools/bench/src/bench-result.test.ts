import { expect, test } from 'vitest'
import { addTo } from './bench-result.ts'
import type { BenchResult } from './bench-result.ts'

const machine = { when: '', commit: 'a', processor: '', cores: 2, memoryGiB: 1, kernel: '', node: '' }
const result = (ids: string[], change: Partial<BenchResult> = {}): BenchResult => ({
  machine,
  quick: false,
  tookS: 10,
  figures: ids.map((id) => ({ id, title: id, unit: '', values: [1] })),
  details: {},
  ...change,
})

test('parts that were measured again take the place of their own, and the others are kept in order', () => {
  const earlier = result(['ingest.a', 'ingest.b', 'reads.a', 'memory.a'])
  const added = addTo(earlier, result(['reads.b', 'growth.a'], { machine: { ...machine, commit: 'b' } }))
  expect(added.figures.map(({ id }) => id)).toEqual([
    'ingest.a',
    'ingest.b',
    'growth.a',
    'reads.b',
    'memory.a',
  ])
  expect(added).toMatchObject({ machine: { commit: 'b' }, tookS: 20, quick: false })
})

test('a result with a quick part is quick', () => {
  expect(addTo(result(['a.a']), result(['b.a'], { quick: true })).quick).toBe(true)
})
