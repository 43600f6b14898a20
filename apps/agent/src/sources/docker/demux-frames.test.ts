import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createFrameDemuxer, MisalignedStream } from './demux-frames.ts'
import { frameOf } from './frame-fixture.ts'

const frame = fc.record({
  stream: fc.constantFrom<0 | 1 | 2 | 3>(0, 1, 2, 3),
  payload: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
})

test('frames come out as they went in, wherever the chunks end', () => {
  const holds = fc.property(
    fc.array(frame, { maxLength: 30 }),
    fc.array(fc.integer({ min: 1, max: 50 })),
    (frames, cuts) => {
      const bytes = Buffer.concat(frames.map(({ stream, payload }) => frameOf(stream, payload)))
      const demuxer = createFrameDemuxer()
      const found: { stream: number; payload: Buffer }[] = []
      for (const chunk of cutInto(bytes, cuts)) {
        for (const { stream, payload } of demuxer.write(chunk))
          found.push({ stream, payload: Buffer.from(payload) })
        chunk.fill(0xee) // its memory is the next chunk's
      }
      expect(found).toEqual(frames)
    },
  )
  fc.assert(holds, { numRuns: 500 })
})

test('six thousand frames of one byte in one chunk are read without recursion', () => {
  const bytes = Buffer.concat(Array.from({ length: 6_000 }, (_, n) => frameOf(1, Buffer.from([n % 256]))))
  expect([...createFrameDemuxer().write(bytes)]).toHaveLength(6_000)
})

test('a frame that comes byte by byte costs no more than its length', () => {
  const bytes = frameOf(2, Buffer.alloc(200_000, 'x'))
  const demuxer = createFrameDemuxer()
  let frames = 0
  for (const byte of bytes)
    for (const { payload } of demuxer.write(Buffer.from([byte]))) frames += payload.length
  expect(frames).toBe(200_000)
})

test.each([
  ['a stream that is none', [4, 0, 0, 0, 0, 0, 0, 1]],
  ['bytes that are not zero', [1, 0, 1, 0, 0, 0, 0, 1]],
  ['a length beyond a mebibyte', [1, 0, 0, 0, 0, 0x10, 0, 1]],
  ['plain text', [...Buffer.from('2026-01-')]],
])('%s is told, not read', (_what, header) => {
  expect(() => [...createFrameDemuxer().write(Buffer.from(header))]).toThrow(MisalignedStream)
})

/** Copies, cut to the given lengths in turn. */
function cutInto(bytes: Buffer, lengths: readonly number[]): Buffer[] {
  const chunks: Buffer[] = []
  for (let from = 0, n = 0; from < bytes.length; n += 1) {
    const length = lengths[n % lengths.length] ?? bytes.length
    chunks.push(Buffer.from(bytes.subarray(from, from + length)))
    from += length
  }
  return chunks
}
