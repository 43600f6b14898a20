import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readWatch } from './read-watch.ts'

function answerOf(chunks: AsyncIterable<Uint8Array>) {
  return { status: 200, headers: {}, body: chunks, discard: () => undefined }
}

async function* cutAt(bytes: Uint8Array, places: number[]): AsyncGenerator<Uint8Array> {
  let from = 0
  for (const place of [...places.toSorted((a, b) => a - b), bytes.length]) {
    yield bytes.subarray(from, place)
    from = place
  }
}

async function eventsOf(chunks: AsyncIterable<Uint8Array>): Promise<unknown[]> {
  const events: unknown[] = []
  for await (const { object } of readWatch(answerOf(chunks), 1_000)) events.push(object)
  return events
}

test('however the connection cuts it, the same events come out', async () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 8 })
  const cases = fc.record({
    objects: fc.array(text, { maxLength: 5 }),
    places: fc.array(fc.nat(200), { maxLength: 9 }),
  })
  await fc.assert(
    fc.asyncProperty(cases, async ({ objects, places }) => {
      const lines = objects.map((object) => `${JSON.stringify({ type: 'ADDED', object })}\n`)
      const bytes = Buffer.from(lines.join(''))
      const within = places.filter((place) => place <= bytes.length)
      expect(await eventsOf(cutAt(bytes, within))).toEqual(objects)
    }),
  )
})

test.each([
  ['half an event at the end', '{"type":"ADDED","object":1}\n{"type":"AD', 'ended within an event'],
  ['what is no JSON', '<html>\n', 'JSON'],
  ['what is no event', '{"kind":"Status"}\n', 'type'],
  ['an event of another type', '{"type":"MOVED","object":1}\n', 'ADDED'],
])('%s is an error', async (_what, text, message) => {
  await expect(eventsOf(cutAt(Buffer.from(text), []))).rejects.toThrow(message)
})
