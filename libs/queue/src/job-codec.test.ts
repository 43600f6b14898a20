import { randomUUID } from 'node:crypto'
import { zstdCompressSync } from 'node:zlib'
import { createTupleWriter, idOfUuid, jobVersion } from '@logboom/contracts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { batchJob } from './batch-job-fixture.ts'
import { decodeJob, encodeJob, entriesOf } from './job-codec.ts'
import { NewerJob, UndecodableJob } from './queue-errors.ts'

describe('an encoded job', () => {
  test('comes back as it was, whatever its rows hold', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.string(), (rows, text) => {
        const key = `ä€😀\0${text}`
        const job = { ...batchJob({ key }), rows: Buffer.from(rows) }
        expect(decodeJob(encodeJob(job))).toEqual(job)
      }),
    )
  })

  test('is smaller than its rows', () => {
    const rows = Array.from(
      { length: 1_000 },
      (_, i) => `2026-11-21T10:00:00Z\t${i}\tGET /index.html 200\n`,
    ).join('')
    expect(encodeJob(batchJob({ rows })).length).toBeLessThan(rows.length / 4)
  })

  test('says how many entries it holds, even when it cannot be decoded', () => {
    expect(entriesOf(encodeJob(batchJob({ rows: 'a\nb\nc\n' })))).toBe(3)
    expect(entriesOf('1:7:garbage')).toBe(7)
    for (const data of ['', 'garbage', null, 7, { v: 1 }]) expect(entriesOf(data)).toBeNull()
  })
})

function tuple(): Buffer {
  const writer = createTupleWriter(256)
  writer.add({
    time: { us: 1, ns: 0 },
    createdUs: 1,
    streamId: 1n,
    id: idOfUuid(randomUUID()),
    seq: 0,
    originalBytes: null,
    retentionClass: 1,
    severity: null,
    flags: 0,
    message: 'a line',
    groupId: null,
    attributes: null,
  })
  return writer.take()
}

describe('decoding', () => {
  const good = encodeJob(batchJob())
  const payloadOf = (plain: Buffer) => `1:1:${zstdCompressSync(plain).toString('base64')}`
  const withHeader = (header: string) => {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(header.length)
    return payloadOf(Buffer.concat([length, Buffer.from(header)]))
  }

  test.each([
    ['nothing', ''],
    ['text without a version', 'garbage'],
    ['an endless version', `${'9'.repeat(40)}:1:x`],
    ['a payload that is not zstd', '1:1:aGVsbG8='],
    ['a payload that was cut off', good.slice(0, -12)],
    ['a payload too short for a header', payloadOf(Buffer.from('ab'))],
    ['a header longer than the payload', payloadOf(Buffer.from([255, 255, 255, 255, 1]))],
    ['a header that is not JSON', withHeader('{"v":')],
    ['a header of another shape', withHeader('{"v":1}')],
  ])('refuses %s', (_, data) => {
    expect(() => decodeJob(data)).toThrow(UndecodableJob)
  })

  test('notices a flipped bit', () => {
    const [version, entries, payload = ''] = good.split(':')
    const bytes = Buffer.from(payload, 'base64')
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1)
    expect(() => decodeJob(`${version}:${entries}:${bytes.toString('base64')}`)).toThrow(UndecodableJob)
  })

  test.each([
    ['no tuples', Buffer.from('a line\n'), 1],
    ['a tuple that was cut off', tuple().subarray(0, -1), 1],
    ['fewer rows than entries', tuple(), 2],
    ['more rows than entries', Buffer.concat([tuple(), tuple()]), 1],
  ])('refuses %s', (_, rows, entries) => {
    const job = batchJob()
    const data = encodeJob({ header: { ...job.header, v: jobVersion, entries }, rows })
    expect(() => decodeJob(data)).toThrow(UndecodableJob)
  })

  test('refuses a bomb before it has unpacked it', () => {
    const bomb = encodeJob(batchJob({ rows: '\n'.repeat(1_000_000) }))
    expect(bomb.length).toBeLessThan(1_000)
    expect(() => decodeJob(bomb, 999_999)).toThrow(UndecodableJob)
    expect(decodeJob(bomb, 1_001_000).rows).toHaveLength(1_000_000)
  })

  test('tells a job of a newer release from a broken one', () => {
    expect(() => decodeJob(good.replace('1:', `${jobVersion + 1}:`))).toThrow(NewerJob)
  })
})
