import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readEvents } from './read-events.ts'
import type { ServerEvent } from './read-events.ts'

async function read(text: string, sizes: readonly number[] = [text.length + 1]): Promise<ServerEvent[]> {
  const bytes = new TextEncoder().encode(text)
  async function* chunks() {
    for (let at = 0, n = 0; at < bytes.length; n += 1) {
      const end = at + (sizes[n % sizes.length] ?? 1)
      yield bytes.slice(at, end)
      at = end
    }
  }
  const events: ServerEvent[] = []
  for await (const event of readEvents(chunks())) events.push(event)
  return events
}

const stream =
  ': hello\n\nevent: entries\nid: 7\ndata: {"a":\ndata: "ü日"}\n\nid: 8\r\ndata: x\r\n\r\n: heartbeat\n\ndata:y\n\nevent: cut\ndata: z\n'

test('events are what the standard makes of them; one that is cut off is none', async () => {
  expect(await read(stream)).toEqual([
    { type: 'comment', data: 'hello', id: '' },
    { type: 'entries', data: '{"a":\n"ü日"}', id: '7' },
    { type: 'message', data: 'x', id: '8' },
    { type: 'comment', data: 'heartbeat', id: '8' },
    { type: 'message', data: 'y', id: '8' },
  ])
})

test('events are the same however the bytes are cut', async () => {
  const whole = await read(stream)
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), async (sizes) => {
      expect(await read(stream, sizes)).toEqual(whole)
    }),
  )
})
