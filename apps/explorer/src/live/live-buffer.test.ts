import { expect, test } from 'vitest'
import { entryAt, gapBetween } from '../lines/entry-fixture.ts'
import { LiveBuffer } from './live-buffer.ts'

test('lines beyond the bound push out the oldest, and it is said how many', () => {
  const buffer = new LiveBuffer(10, 4)
  buffer.addGap(gapBetween(0, 1))
  for (let index = 0; index < 13; index += 1) buffer.add([entryAt(index)])
  const { entries, leading, received } = buffer.snapshot()
  expect(entries.map(({ message }) => message)[0]).toBe('line of 4 s')
  expect(leading).toEqual([{ kind: 'lost', key: 'trimmed', count: 4, why: 'trimmed' }])
  expect(received).toBe(13)
})

test('gaps and lost lines stand where they came', () => {
  const buffer = new LiveBuffer()
  const [first, second] = [entryAt(1), entryAt(2)]
  buffer.add([first])
  buffer.addDropped(7)
  buffer.addGap(gapBetween(1, 2))
  buffer.add([second])
  expect(
    buffer
      .snapshot()
      .inserts.get(first)
      ?.map(({ kind }) => kind),
  ).toEqual(['lost', 'gap'])
})

test('a snapshot does not change with what comes later', () => {
  const buffer = new LiveBuffer()
  buffer.add([entryAt(1)])
  const snapshot = buffer.snapshot()
  buffer.add([entryAt(2)])
  expect(snapshot.entries.length).toBe(1)
})
