import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { buildTraceFilter, traceBits, tracedSpans } from './trace-filter.ts'
import type { TimeSpan, TracedValue } from './trace-filter.ts'
import { traceHash, tracedKeys } from './trace-hash.ts'

const valueIn = ({ minUs, maxUs }: TimeSpan): fc.Arbitrary<TracedValue> =>
  fc.record({
    us: fc.oneof(fc.integer({ min: minUs, max: maxUs }), fc.constantFrom(minUs, maxUs)),
    hash: fc
      .tuple(fc.constantFrom(...tracedKeys), fc.string({ maxLength: 40 }))
      .map(([key, text]) => traceHash(key, text)),
  })

const batch = fc
  .record({
    minUs: fc.integer({ min: 0, max: 2 ** 51 }),
    widthUs: fc.oneof(fc.constantFrom(0, 1, 15, 16), fc.integer({ min: 0, max: 2 ** 43 })),
  })
  .map(({ minUs, widthUs }) => ({ minUs, maxUs: minUs + widthUs }))
  .chain((span) =>
    fc.record({ span: fc.constant(span), values: fc.array(valueIn(span), { maxLength: 100 }) }),
  )

describe('a filter', () => {
  test('tells of each value the part of the time that it is in', () => {
    fc.assert(
      fc.property(batch, ({ span, values }) => {
        const filter = buildTraceFilter(values, span)
        const lost = values.filter(({ us, hash }) => {
          const spans = tracedSpans(filter, [hash], span)
          const isWithin = spans.every(({ minUs, maxUs }) => span.minUs <= minUs && maxUs <= span.maxUs)
          return !isWithin || !spans.some(({ minUs, maxUs }) => minUs <= us && us <= maxUs)
        })
        expect(lost).toEqual([])
      }),
      { numRuns: 100 },
    )
  })

  test('of several values tells where all of them are', () => {
    const [one, other] = [traceHash('trace_id', 'one'), traceHash('correlation_id', 'other')]
    const span = { minUs: 0, maxUs: 1_599 }
    const values = [
      { us: 10, hash: one },
      { us: 810, hash: one },
      { us: 820, hash: other },
      { us: 1_599, hash: other },
    ]
    const filter = buildTraceFilter(values, span)
    expect(tracedSpans(filter, [one], span)).toEqual([
      { minUs: 0, maxUs: 99 },
      { minUs: 800, maxUs: 899 },
    ])
    expect(tracedSpans(filter, [one, other], span)).toEqual([{ minUs: 800, maxUs: 899 }])
  })

  test('is empty without values, has a power of two of bits otherwise, and 64 KiB at most', () => {
    const sizeOf = (count: number) => {
      const values = Array.from({ length: count }, (_, us) => ({
        us,
        hash: traceHash('trace_id', String(us)),
      }))
      return buildTraceFilter(values, { minUs: 0, maxUs: count }).length
    }
    expect([0, 1, 25, 250, 1_000, 100_000].map(sizeOf)).toEqual([0, 32, 128, 1_024, 4_096, 65_536])
    const same = Array.from({ length: 1_000 }, (_, us) => ({ us, hash: traceHash('trace_id', 'same') }))
    expect(buildTraceFilter(same, { minUs: 0, maxUs: 999 })).toHaveLength(32)
  })

  test('seldom takes a value for one that it has, and then not for long', () => {
    const span = { minUs: 0, maxUs: 339e6 }
    const values = Array.from({ length: 340 }, (_, index) => ({
      us: index * 1e6,
      hash: traceHash('trace_id', `in the batch ${index}`),
    }))
    // 24 bits for each value, the least there are
    const filter = buildTraceFilter(values, span)
    const strangers = Array.from({ length: 20_000 }, (_, index) =>
      traceHash('trace_id', `elsewhere ${index}`),
    )
    const asked = strangers.map((hash) => tracedSpans(filter, [hash], span))
    const mistaken = asked.filter((spans) => spans.length > 0)
    expect(mistaken.length).toBeLessThan(40)
    expect(mistaken.every((spans) => spans.length <= 2)).toBe(true)
  })
})

test('filters of other releases are read: hash and places are as they were', () => {
  expect(traceHash('trace_id', '4bf92f3577b34da6a3ce929d0e0e4736')).toBe(1_380_431_188)
  const hash = traceHash('correlation_id', 'req-ünïcode')
  expect(traceBits(hash)).toEqual([46_059, 139_792, 233_525, 327_258, 420_991, 514_724])
  expect(buildTraceFilter([{ us: 7, hash }], { minUs: 0, maxUs: 15 }).toString('base64')).toBe(
    'AAABAAAAKAAAAAAEAABAgAAAAAAQIAAAAAAAAAAIAQA=',
  )
})

test('the same text under another key is another value', () => {
  expect(traceHash('trace_id', 'x')).not.toEqual(traceHash('correlation_id', 'x'))
})
