import { formatTimestamp } from '@logboom/contracts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { frameOf } from './frame-fixture.ts'
import { createFramedLogSplitter, createRawLogSplitter, EngineFault } from './split-engine-log.ts'
import type { EngineLine, EngineLogSplitter } from './split-engine-log.ts'

const lineBytesMax = 100_000

function read(splitter: EngineLogSplitter, bytes: Buffer, chunkBytes: number): string[] {
  const lines: string[] = []
  for (let from = 0; from < bytes.length; from += chunkBytes)
    for (const line of splitter.write(Buffer.from(bytes.subarray(from, from + chunkBytes))))
      lines.push(tell(line))
  return lines
}

function tell({ output, time, bytes, lostBytes }: EngineLine): string {
  return `${output} ${formatTimestamp(time)} ${bytes.toString()} ${lostBytes}`
}

/** What an engine makes of a message: parts of 16 KiB, each with the time. */
function partsOf(time: string, text: string): string[] {
  const bytes = Buffer.from(text, 'latin1')
  const parts: string[] = []
  for (let from = 0; from === 0 || from < bytes.length; from += 16_384)
    parts.push(`${time} ${bytes.subarray(from, from + 16_384).toString('latin1')}`)
  return parts.map((part, n) => (n === parts.length - 1 ? `${part}\n` : part))
}

const message = fc.record({
  stream: fc.constantFrom<1 | 2>(1, 2),
  us: fc.integer({ min: 0, max: 5 }).map((n) => 1_760_000_000_000_000 + n * 400_000),
  text: fc.oneof(
    fc.constantFrom('', 'a', 'hello', '2026-01-02T03:04:05Z no prefix'),
    fc.integer({ min: 16_380, max: 50_000 }).map((length) => 'xy'.repeat(length).slice(0, length)),
  ),
})

test('frames of both outputs, mixed in any way and cut anywhere, give the lines that were written', () => {
  const holds = fc.property(
    fc.array(message, { maxLength: 8 }),
    fc.array(fc.boolean(), { maxLength: 40 }),
    fc.integer({ min: 1, max: 40_000 }),
    (messages, turns, chunkBytes) => {
      const queues = ([1, 2] as const).map((stream) =>
        messages
          .filter((it) => it.stream === stream)
          .flatMap(({ us, text }) =>
            partsOf(formatTimestamp({ us, ns: 7 }), text).map((part) =>
              frameOf(stream, Buffer.from(part, 'latin1')),
            ),
          ),
      )
      const frames: Buffer[] = []
      for (let n = 0; queues.some(({ length }) => length > 0); n += 1) {
        const first = turns[n % Math.max(1, turns.length)] ? 0 : 1
        const next = queues[first]?.shift() ?? queues[1 - first]?.shift()
        if (next) frames.push(next)
      }
      const lines = read(createFramedLogSplitter(lineBytesMax), Buffer.concat(frames), chunkBytes)
      const expected = messages.map(
        ({ stream, us, text }) =>
          `${stream === 1 ? 'stdout' : 'stderr'} ${formatTimestamp({ us, ns: 7 })} ${text} 0`,
      )
      expect(lines.toSorted()).toEqual(expected.toSorted())
    },
  )
  fc.assert(holds, { numRuns: 100 })
})

test('a log of a terminal, cut anywhere, gives the lines that were written', () => {
  const holds = fc.property(
    fc.array(message, { maxLength: 8 }),
    fc.integer({ min: 1, max: 40_000 }),
    (messages, chunkBytes) => {
      const text = messages
        .map(({ us, text }) => partsOf(formatTimestamp({ us, ns: 7 }), text).join(''))
        .join('')
      const lines = read(createRawLogSplitter(lineBytesMax), Buffer.from(text, 'latin1'), chunkBytes)
      expect(lines).toEqual(
        messages.map(({ us, text }) => `null ${formatTimestamp({ us, ns: 7 })} ${text} 0`),
      )
    },
  )
  fc.assert(holds, { numRuns: 100 })
})

test('six thousand frames of one byte in one chunk are one line', () => {
  const text = `2026-01-02T03:04:05.000000006Z ${'x'.repeat(5_968)}\n`
  const bytes = Buffer.concat([...Buffer.from(text)].map((byte) => frameOf(1, Buffer.from([byte]))))
  const [line, ...others] = read(createFramedLogSplitter(lineBytesMax), bytes, bytes.length)
  expect(line).toBe(`stdout 2026-01-02T03:04:05.000000006Z ${'x'.repeat(5_968)} 0`)
  expect(others).toEqual([])
})

test('of a line that is too long the head is kept and the rest is counted', () => {
  const time = '2026-01-02T03:04:05.000000006Z'
  const frames = partsOf(time, 'x'.repeat(5_000_000)).map((part) => frameOf(1, Buffer.from(part)))
  const after = frameOf(1, Buffer.from(`${time} next\n`))
  const lines = [...createFramedLogSplitter(1_000).write(Buffer.concat([...frames, after]))]
  expect(lines.map(({ bytes, lostBytes }) => [bytes.length, lostBytes])).toEqual([
    [1_000, 4_999_000],
    [4, 0],
  ])
})

test.each([
  ['in a frame of its own', frameOf(3, Buffer.from('Error grabbing logs: no such file'))],
  ['among the lines', frameOf(2, Buffer.from('Error grabbing logs: no such file\n'))],
])('what the engine says of itself %s is no line', (_where, frame) => {
  expect(() => [...createFramedLogSplitter(1_000).write(frame)]).toThrow(EngineFault)
})
