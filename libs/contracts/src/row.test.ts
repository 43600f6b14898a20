import fc from 'fast-check'
import { expect, it } from 'vitest'
import { decodeRow, encodeRow, nsOfSuborder, seqOfSuborder, suborderOf } from './row.ts'
import { idOfUuid } from './row-id.ts'
import type { Row } from './row.ts'

const row: Row = {
  time: { us: 1_736_937_000_123_456, ns: 789 },
  createdUs: 1_736_937_001_000_000,
  streamId: -42n,
  id: idOfUuid('0194696d-9d3b-8123-9abc-0123456789ab'),
  seq: 17,
  originalBytes: null,
  retentionClass: 1,
  severity: null,
  flags: 0,
  message: 'hello',
  groupId: null,
  attributes: null,
}

it('writes one line for any text and reads the same text back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.option(fc.string()), (message, groupId) => {
      const line = encodeRow({ ...row, message, groupId })
      expect(line).not.toContain('\n')
      expect(decodeRow(line)).toMatchObject({ message, group_id: groupId })
    }),
  )
})

it.each(['\\N', '\\', 'a\tb', 'a\r\nb', '\\.', '\b\f\v', ''])(
  'keeps %j apart from null and from the format',
  (message) => {
    expect(decodeRow(encodeRow({ ...row, message })).message).toBe(message)
  },
)

it('orders rows of one microsecond by nanosecond, then by seq', () => {
  fc.assert(
    fc.property(fc.nat(999), fc.nat(2 ** 21 - 1), (ns, seq) => {
      const suborder = suborderOf(ns, seq)
      expect([nsOfSuborder(suborder), seqOfSuborder(suborder)]).toEqual([ns, seq])
      expect(suborder).toBeLessThan(2 ** 31)
    }),
  )
  expect(suborderOf(1, 0)).toBeGreaterThan(suborderOf(0, 2 ** 21 - 1))
})

it('wraps a seq that is larger than its 21 bits', () => {
  expect(seqOfSuborder(suborderOf(0, 2 ** 21 + 5))).toBe(5)
  expect(seqOfSuborder(suborderOf(0, 2 ** 40 + 5))).toBe(5)
})
