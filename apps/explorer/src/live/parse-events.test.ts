import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EventParser } from './parse-events.ts'

const stream =
  ': heartbeat\n\nid: 7\nevent: entries\ndata: {"logs":[]}\n\ndata: a\ndata: b\n\nevent: live\ndata: {}\r\n\r\n: x\n\n'
const events = [
  { name: 'entries', data: '{"logs":[]}', id: '7' },
  { name: 'message', data: 'a\nb', id: '7' },
  { name: 'live', data: '{}', id: '7' },
]

test('events are read, comments are not', () => {
  expect(new EventParser().feed(stream)).toEqual(events)
})

test('events are the same however the stream is cut', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(stream.length), { maxLength: 12 }), (cuts) => {
      const parser = new EventParser()
      const ends = [...cuts.toSorted((a, b) => a - b), stream.length]
      const read = ends.flatMap((end, index) => parser.feed(stream.slice(ends[index - 1] ?? 0, end)))
      expect(read).toEqual(events)
    }),
  )
})

test('an event that is not complete is not told', () => {
  expect(new EventParser().feed('data: half')).toEqual([])
})
