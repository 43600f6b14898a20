import { formatTimestamp } from '@logboom/contracts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createLineSplitter } from '../split-lines.ts'
import { createPartJoiner } from './join-parts.ts'
import type { WholeLine } from './join-parts.ts'
import { parsePart } from './parse-part.ts'

const lineBytesMax = 30

function read(bytes: Buffer, chunkBytes: number): WholeLine[] {
  const splitter = createLineSplitter(1_000)
  const joiner = createPartJoiner(lineBytesMax)
  const lines: WholeLine[] = []
  const take = (line: WholeLine) => lines.push({ ...line, bytes: Buffer.from(line.bytes) })
  for (let from = 0; from < bytes.length; from += chunkBytes) {
    const chunk = Buffer.from(bytes.subarray(from, from + chunkBytes))
    for (const { bytes: line, lostBytes } of splitter.write(chunk)) {
      const part = parsePart(line)
      const whole = part && joiner.take(part, lostBytes)
      if (whole) take(whole)
    }
    chunk.fill(0xee) // its memory is the next chunk's
  }
  for (const line of joiner.flush()) take(line)
  return lines
}

const line = fc.record({
  output: fc.constantFrom<'stdout' | 'stderr'>('stdout', 'stderr'),
  ns: fc.integer({ min: 0, max: 999 }),
  parts: fc.array(
    fc.constantFrom('', 'a', 'stdout F', '2026-01-02T03:04:05Z x', '{"log":1}', 'y'.repeat(20), 'ü'),
    {
      minLength: 1,
      maxLength: 4,
    },
  ),
})

const us = 1_790_000_000_000_000

test('parts of both outputs, mixed in any way and cut anywhere, give the lines that were written, with their first times', () => {
  const holds = fc.property(
    fc.array(line, { maxLength: 10 }),
    fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }),
    fc.integer({ min: 1, max: 200 }),
    (lines, turns, chunkBytes) => {
      const queues = ['stdout', 'stderr'].map((output) =>
        lines
          .filter((it) => it.output === output)
          .flatMap(({ ns, parts }) =>
            parts.map((part, n) => {
              const time = formatTimestamp({ us: us + n, ns })
              return `${time} ${output} ${n === parts.length - 1 ? 'F' : 'P'} ${part}\n`
            }),
          ),
      )
      let text = ''
      for (let n = 0; queues.some(({ length }) => length > 0); n += 1) {
        const first = turns[n % turns.length] ? 0 : 1
        text += queues[first]?.shift() ?? queues[1 - first]?.shift() ?? ''
      }
      const found = read(Buffer.from(text), chunkBytes)
      for (const output of ['stdout', 'stderr']) {
        const expected = lines
          .filter((it) => it.output === output)
          .map(({ ns, parts }) => {
            const bytes = Buffer.from(parts.join(''))
            const kept = bytes.subarray(0, lineBytesMax)
            return { time: { us, ns }, output, bytes: kept, lostBytes: bytes.length - kept.length }
          })
        expect(found.filter((it) => it.output === output)).toEqual(expected)
      }
    },
  )
  fc.assert(holds, { numRuns: 500 })
})

test.each([
  ['an empty line without the space', '2026-01-02T03:04:05.1Z stdout F', ''],
  ['an empty line', '2026-01-02T03:04:05.1Z stdout F ', ''],
  ['a line with further tags', '2026-01-02T03:04:05.1Z stderr F:x:y hello', 'hello'],
  ['a line of Docker', '{"log":"hello\\n","stream":"stderr","time":"2026-01-02T03:04:05.1Z"}', 'hello'],
])('%s is read', (_what, text, expected) => {
  expect(parsePart(Buffer.from(text))).toMatchObject({ text: Buffer.from(expected), isPartial: false })
})

test.each([
  'plain text',
  '2026-01-02T03:04:05.1Z stdin F x',
  '2026-01-02T03:04:05.1Z stdout X x',
  '2026-01-02T03:04:05.1Z stdout Fx',
  '2026-01-02T03:04:05.1Z stdout',
  '{"log":"x"}',
  '{"log":',
  '',
])('%j is of no known format', (text) => {
  expect(parsePart(Buffer.from(text))).toBeNull()
})
