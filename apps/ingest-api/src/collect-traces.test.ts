import { decodeTuple, splitTuples, traceHash, tracedKeys, tracedSpans } from '@logboom/contracts'
import type { BatchJob } from '@logboom/contracts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { accept, entry, push } from './accept-fixture.ts'
import { scalarAfter } from './collect-traces.ts'
import { createStreamBudget } from './stream-budget.ts'

const key = '"trace_id"'

describe('the value of a key is found in JSON text', () => {
  test.each([
    ['{"trace_id":"abc"}', 'abc'],
    ['{"trace_id" : "abc" }', 'abc'],
    ['{"trace_id":""}', ''],
    [String.raw`{"trace_id":"a\"b\\"}`, 'a"b\\'],
    [String.raw`{"trace_id":"\\","x":"y"}`, '\\'],
    ['{"trace_id":17}', '17'],
    ['{"trace_id":-0.5}', '-0.5'],
    ['{"trace_id":1.5e+21}', '1500000000000000000000'],
    ['{"trace_id":-1.25e-7}', '-0.000000125'],
    ['{"trace_id":true,"x":1}', 'true'],
    ['{"trace_id":false}', 'false'],
    ['{"trace_id":null}', null],
    ['{"trace_id":{"a":1}}', null],
    ['{"trace_id":[1]}', null],
    ['{"x":"trace_id"}', null],
    ['{"trace_id":"damaged', null],
    [String.raw`{"trace_id":"\x"}`, null],
    ['{"trace_id":', null],
    ['{"trace_id"', null],
  ])('%s', (json, expected) => expect(scalarAfter(json, json.indexOf(key) + key.length)).toBe(expected))
})

/** What `attributes ->> key` can be equal to, of all rows of a job. */
function tracedOf({ rows }: BatchJob): { key: (typeof tracedKeys)[number]; value: string }[] {
  return splitTuples(rows).flatMap((tuple) => {
    const attributes: Record<string, unknown> = JSON.parse(decodeTuple(tuple).attributes ?? '{}')
    return tracedKeys
      .filter((one) => ['string', 'number', 'boolean'].includes(typeof attributes[one]))
      .map((one) => ({ key: one, value: plain(attributes[one]) }))
  })
}

function plain(value: unknown): string {
  // of the numbers drawn here, only these are written with an exponent
  return value === 1e21 ? `1${'0'.repeat(21)}` : String(value)
}

test('every traced value of what is stored is in the filter of its job, however it came', async () => {
  const text = fc.oneof(
    fc.uuid(),
    fc.string(),
    fc.constantFrom('\0', 'a\ud800', 'ünï\u{1f600}', '"', '\\', '\\"', '","trace_id":"x', '\t\n', 'null', ''),
  )
  const value = fc.oneof(
    text,
    fc.integer(),
    fc.constantFrom(1e21, true, false, null, [1], { trace_id: 'deep' }),
  )
  const attributes = fc.dictionary(fc.constantFrom(...tracedKeys, 'x', '"trace_id"', 'trace_id"'), value)
  const sent = fc.record({
    attributes: fc.option(attributes),
    second: fc.integer({ min: 10, max: 59 }),
    pod_name: fc.constantFrom('a', 'b', 'c'),
    level: fc.constantFrom('INFO', 'nobody knows'),
  })
  let found = 0
  await fc.assert(
    fc.asyncProperty(fc.array(sent, { maxLength: 10 }), fc.boolean(), async (lines, isSkewed) => {
      const entries = lines.map(({ second, ...line }) =>
        entry({ ...line, timestamp: `2026-03-01T11:59:${second}Z` }),
      )
      // a clock that is far off moves the times; an agent with too many streams shares one
      const sentUs = isSkewed ? Date.UTC(2026, 2, 1, 12) * 1000 - 3 * 86_400e6 : null
      const streams = createStreamBudget({ streamsMax: 2 })
      for (const job of (await accept(push(entries, { sentUs }), { streams })).jobs) {
        const { min_us, max_us, trace_filter } = job.header
        const span = { minUs: min_us ?? 0, maxUs: max_us ?? 0 }
        for (const one of tracedOf(job)) {
          const hash = traceHash(one.key, one.value)
          expect(tracedSpans(Buffer.from(trace_filter ?? '', 'base64'), [hash], span)).not.toEqual([])
          found += 1
        }
      }
    }),
    { numRuns: 200 },
  )
  expect(found).toBeGreaterThan(200)
})

test('a job without a traced value has an empty filter', async () => {
  const entries = [entry(), entry({ attributes: { x: 1 } }), entry({ attributes: { trace_id: null } })]
  expect((await accept(push(entries))).jobs.map(({ header }) => header.trace_filter)).toEqual([''])
})
