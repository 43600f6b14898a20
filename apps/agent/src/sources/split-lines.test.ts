import { assert, property, uint8Array, array, integer } from 'fast-check'
import { expect, test } from 'vitest'
import { createLineSplitter } from './split-lines.ts'
import type { LineSplitter } from './split-lines.ts'

function writeAll(splitter: LineSplitter, text: string | Buffer, chunkBytes = 1 << 20): string[] {
  const bytes = Buffer.from(text as string) // Buffer.from takes either
  const lines: string[] = []
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    for (const line of splitter.write(bytes.subarray(at, at + chunkBytes))) lines.push(line.bytes.toString())
  }
  return lines
}

test('empty lines are lines, and what has no newline yet is none', () => {
  const splitter = createLineSplitter(100)
  expect(writeAll(splitter, 'a\n\nb\n\n\nc')).toEqual(['a', '', 'b', '', ''])
  expect(splitter.partialBytes).toBe(1)
})

test('where the chunks end makes no difference to lines and offsets', () => {
  const content = array(uint8Array({ maxLength: 12 }), { maxLength: 12 })
  assert(
    property(content, integer({ min: 1, max: 9 }), (lines, chunkBytes) => {
      const bytes = Buffer.concat(lines.flatMap((line) => [Buffer.from(line), Buffer.from('\n')]))
      const expected = bytes.toString('latin1').split('\n').slice(0, -1)
      const splitter = createLineSplitter(1_000, 7)
      const seen: string[] = []
      let end = 7
      for (let at = 0; at < bytes.length; at += chunkBytes) {
        for (const line of splitter.write(Buffer.from(bytes.subarray(at, at + chunkBytes)))) {
          expect(line.start).toBe(end)
          end = line.end
          seen.push(line.bytes.toString('latin1'))
        }
      }
      expect(seen).toEqual(expected)
      expect(end).toBe(7 + bytes.length)
    }),
  )
})

test('a line that is too long keeps its head and counts the rest, and the next line is intact', () => {
  for (const chunkBytes of [1, 7, 1_000]) {
    const splitter = createLineSplitter(10)
    const bytes = Buffer.from(`${'x'.repeat(95)}\nnext\n`)
    const lines = []
    for (let at = 0; at < bytes.length; at += chunkBytes) {
      for (const line of splitter.write(bytes.subarray(at, at + chunkBytes))) {
        lines.push({ ...line, bytes: line.bytes.toString() })
      }
    }
    expect(lines).toEqual([
      { bytes: 'x'.repeat(10), start: 0, end: 96, lostBytes: 85, terminated: true },
      { bytes: 'next', start: 96, end: 101, lostBytes: 0, terminated: true },
    ])
  }
})

test('an open line can be taken, its rest follows at the next offset', () => {
  const splitter = createLineSplitter(100)
  writeAll(splitter, 'abc')
  expect(splitter.takePartial()).toMatchObject({ start: 0, end: 3, terminated: false })
  expect(splitter.takePartial()).toBeUndefined()
  const [rest] = [...splitter.write(Buffer.from('def\n'))]
  expect(rest).toMatchObject({ bytes: Buffer.from('def'), start: 3, end: 7, terminated: true })
})

test('taking an open line never splits a character, unless nothing more can come', () => {
  const euro = Buffer.from('€')
  const splitter = createLineSplitter(100)
  writeAll(splitter, Buffer.concat([Buffer.from('a'), euro.subarray(0, 2)]))
  expect(splitter.takePartial()).toMatchObject({ bytes: Buffer.from('a'), end: 1 })
  expect(splitter.takePartial()).toBeUndefined()
  const [rest] = [...splitter.write(Buffer.concat([euro.subarray(2), Buffer.from('\n')]))]
  expect(rest?.bytes.toString()).toBe('€')
  writeAll(splitter, euro.subarray(0, 1))
  expect(splitter.takePartial({ whole: true })?.bytes).toEqual(euro.subarray(0, 1))
})
