import { compareTimes, uuidOf } from '@logboom/contracts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { rowIdOf, streamIdOf } from './identity.ts'
import { agentId } from './accept-fixture.ts'

const time = fc.record({ us: fc.integer({ min: 0, max: 4e15 }), ns: fc.integer({ min: 0, max: 999 }) })

describe('the id of a row', () => {
  test('is a UUID of version 8, always the same for the same entry', () => {
    fc.assert(
      fc.property(time, fc.string(), (at, entryId) => {
        const id = rowIdOf(agentId, at, entryId)
        expect(uuidOf(id)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
        expect(rowIdOf(agentId, at, entryId)).toBe(id)
      }),
    )
  })

  test('grows with time, down to a quarter of a microsecond', () => {
    fc.assert(
      fc.property(time, time, fc.string(), fc.string(), (one, other, oneId, otherId) => {
        const [early, late] = compareTimes(one, other) <= 0 ? [one, other] : [other, one]
        const farApart = (late.us - early.us) * 1000 + late.ns - early.ns >= 256
        fc.pre(farApart)
        expect(rowIdOf(agentId, early, oneId) < rowIdOf(agentId, late, otherId)).toBe(true)
      }),
    )
  })

  test('differs by agent, entry and time', () => {
    const at = { us: 1_700_000_000_000_000, ns: 0 }
    const ids = [
      rowIdOf(agentId, at, 'a'),
      rowIdOf(agentId, at, 'b'),
      rowIdOf('another', at, 'a'),
      rowIdOf(agentId, { ...at, us: at.us + 1 }, 'a'),
    ]
    expect(new Set(ids).size).toBe(4)
  })

  test('is a UUID before 1970 too', () => {
    expect(uuidOf(rowIdOf(agentId, { us: -1, ns: 0 }, 'a'))).toMatch(/^00000000-0000-8000-[89ab]/)
  })
})

describe('the id of a stream', () => {
  const stream = {
    namespace: 'n',
    pod_name: 'p',
    pod_uid: null,
    container_name: null,
    deployment_object_id: null,
    work_order_id: null,
  }

  test('fits a signed 64-bit integer and depends on each part of the identity', () => {
    const changed = Object.keys(stream).map((field) => ({ ...stream, [field]: 'x' }))
    const ids = [stream, ...changed].map((one) => streamIdOf(agentId, one))
    ids.push(streamIdOf('another', stream))
    expect(new Set(ids).size).toBe(8)
    for (const id of ids) expect(BigInt.asIntN(64, id)).toBe(id)
  })

  test('does not confuse where one part ends and the next begins', () => {
    const one = streamIdOf(agentId, { ...stream, namespace: 'ab', pod_name: 'c' })
    expect(streamIdOf(agentId, { ...stream, namespace: 'a', pod_name: 'bc' })).not.toBe(one)
  })
})
