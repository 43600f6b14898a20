import { expect, test } from 'vitest'
import { entryOf } from './entry-fixture.ts'
import { mergeBlocks } from './find-context-blocks.ts'

const line = (id: string) => entryOf({ id })
const around = (before: string, id: string, after: string) => ({
  before: before.split('').map(line),
  entry: line(id),
  after: after.split('').map(line),
})
const shown = (blocks: ReturnType<typeof mergeBlocks>) =>
  blocks.map(({ lines, hits }) => lines.map(({ id }) => (hits.has(id) ? `[${id}]` : id)).join(''))

test('each line is shown once, in order, however much the surroundings of the hits overlap', () => {
  expect(
    shown(mergeBlocks([around('ab', 'c', 'de'), around('cd', 'e', 'fg'), around('xy', 'z', '')])),
  ).toEqual(['ab[c]d[e]fg', 'xy[z]'])
})

test('hits of other streams in between tear no block apart', () => {
  expect(shown(mergeBlocks([around('a', 'b', 'c'), around('x', 'y', 'z'), around('b', 'c', 'd')]))).toEqual([
    'a[b][c]d',
    'x[y]z',
  ])
})
