import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeRow, encodeRow } from './row.ts'
import type { Row } from './row.ts'
import { idOfUuid } from './row-id.ts'
import { countTuples, createTupleWriter, decodeTuple, splitTuples } from './row-tuple.ts'

const text = fc.string({ unit: 'grapheme' })
const anyRow: fc.Arbitrary<Row> = fc.record({
  time: fc.record({ us: fc.integer({ min: -1e15, max: 8e15 }), ns: fc.nat(999) }),
  createdUs: fc.integer({ min: 0, max: 4e15 }),
  streamId: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  id: fc.uuid().map(idOfUuid),
  seq: fc.nat(),
  originalBytes: fc.option(fc.nat()),
  retentionClass: fc.nat(32_767),
  severity: fc.option(fc.nat(24)),
  flags: fc.nat(15),
  message: text,
  groupId: fc.option(text),
  attributes: fc.option(fc.json()),
})

function encode(rows: Row[], bytesHint = 64): Buffer {
  const writer = createTupleWriter(bytesHint)
  for (const row of rows) writer.add(row)
  expect(writer.bytes).toBe(writer.take().length)
  for (const row of rows) writer.add(row)
  return writer.take()
}

it('a tuple says the same as the line of COPY text', () => {
  fc.assert(
    fc.property(fc.array(anyRow, { maxLength: 8 }), (rows) => {
      const tuples = splitTuples(encode(rows))
      expect(tuples.map(decodeTuple)).toEqual(rows.map((row) => decodeRow(encodeRow(row))))
      expect(countTuples(encode(rows))).toBe(rows.length)
    }),
  )
})

it.each([{ originalBytes: 2 ** 31 }, { retentionClass: 2 ** 15 }, { severity: -(2 ** 15) - 1 }])(
  'a number that does not fit its column is refused: %j',
  (odd) => {
    const [row] = fc.sample(anyRow, 1)
    expect(() => encode(row ? [{ ...row, ...odd }] : [])).toThrow(RangeError)
  },
)

describe('bytes that are no tuples', () => {
  const row = fc.sample(anyRow, 1)[0]
  const good = encode(row ? [row] : [])

  it('are refused where they end too early', () => {
    for (let length = 1; length < good.length; length += 1)
      expect(() => countTuples(good.subarray(0, length))).toThrow(RangeError)
  })

  it('are refused where the attributes are no jsonb', () => {
    const whole = encode(row ? [{ ...row, attributes: '{}' }] : [])
    const odd = Buffer.from(whole)
    odd.writeUInt8(2, whole.length - 3)
    expect(() => countTuples(odd)).toThrow(RangeError)
  })

  it('are refused where a field has another size, or there are more fields', () => {
    const odd = Buffer.from(good)
    odd.writeInt32BE(4, 2)
    expect(() => splitTuples(odd)).toThrow(RangeError)
    const wide = Buffer.from(good)
    wide.writeInt16BE(13, 0)
    expect(() => splitTuples(wide)).toThrow(RangeError)
  })
})
