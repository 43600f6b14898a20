import { byteLength } from '@logboom/contracts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { idAttributes } from './id-attributes.ts'
import { jsonAttributes } from './json-attributes.ts'
import { newMetrics, newSource, rawLine, rulesWith } from './line-fixture.ts'
import { processLine } from './process-line.ts'

const all = (value: unknown) => jsonAttributes(JSON.stringify(value), false)

test('the members of a JSON line are attributes, but for what the entry has anyway', () => {
  const line = { level: 'info', time: 1, msg: 'x', order: 4711, ok: true, none: null, user: 'a' }
  expect(all(line)).toEqual({ order: 4711, ok: true, user: 'a' })
})

test('objects are flattened by one level; what is deeper, and lists, are in the line only', () => {
  expect(all({ http: { method: 'GET', status: 200, headers: { a: 1 } }, tags: ['a'] })).toEqual({
    'http.method': 'GET',
    'http.status': 200,
  })
})

test.each([
  [{ trace_id: 'a' }, { trace_id: 'a' }],
  [
    { traceId: 'a', spanId: 'b' },
    { trace_id: 'a', span_id: 'b' },
  ],
  [
    { 'trace.id': 'a', 'span.id': 'b' },
    { trace_id: 'a', span_id: 'b' },
  ],
  [{ trace: { id: 'a' } }, { trace_id: 'a' }],
  [
    { 'dd.trace_id': '17', 'dd.span_id': '18' },
    { trace_id: '17', span_id: '18' },
  ],
  [{ dd: { trace_id: 17 } }, { trace_id: '17' }],
  [{ correlationId: 'req-1' }, { correlation_id: 'req-1' }],
  [{ 'x-correlation-id': 'req-1' }, { correlation_id: 'req-1' }],
  [{ 'X-Request-ID': 'a' }, { request_id: 'a' }],
  [{ reqId: 7 }, { request_id: '7' }],
  [{ req: { id: 'a' } }, { request_id: 'a' }],
  [{ context: { traceId: 'a' }, trace_id: 'b' }, { trace_id: 'b' }],
  [{ context: { traceId: 'a' } }, { trace_id: 'a' }],
  [
    { '@tr': 'a', '@sp': 'b' },
    { trace_id: 'a', span_id: 'b' },
  ],
  [{ 'logging.googleapis.com/trace': 'projects/p/traces/a' }, { trace_id: 'a' }],
  [
    { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' },
    { trace_id: '4bf92f3577b34da6a3ce929d0e0e4736', span_id: '00f067aa0ba902b7' },
  ],
])('ids have one name, however they are spelt: %j', (line, attributes) => {
  expect(all(line)).toEqual(attributes)
})

test('numbers that are too large for a number keep all of their digits', () => {
  expect(jsonAttributes('{"dd.trace_id": 1234567890123456789, "n":12345678901234567891}', false)).toEqual({
    trace_id: '1234567890123456789',
    n: '12345678901234567891',
  })
})

test('ids alone, where the configuration says so', () => {
  expect(jsonAttributes('{"traceId":"a","order":1}', true)).toEqual({ trace_id: 'a' })
})

test.each(['', '{', '{}', '[1]', '{"a":', 'x {"a":1}', '{"a":1} x', '"a"', '{"msg":"x"}'])(
  'a line that is no object, or tells nothing, has none: %s',
  (text) => {
    expect(jsonAttributes(text, false)).toBeNull()
  },
)

test.each([
  ['level=info trace_id=abc correlation_id="req-1" x=1', { trace_id: 'abc', correlation_id: 'req-1' }],
  ['2026-11-21 INFO [traceId=abc, spanId=def] started', { trace_id: 'abc', span_id: 'def' }],
  ['dd.trace_id=17 dd.span_id=18 hello', { trace_id: '17', span_id: '18' }],
  ['request_id=[masked] order_id=4 pid=7', null],
  ['a plain line', null],
])('ids are found in key=value lines: %s', (text, attributes) => {
  expect(idAttributes(text)).toEqual(attributes)
})

test('attributes stay within the bounds of the wire, ids first, whatever a line holds', () => {
  const value = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 1_500 }),
    fc.double(),
    fc.boolean(),
    fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ maxLength: 300 })),
    fc.jsonValue(),
  )
  const object = fc.dictionary(fc.string({ unit: 'binary', maxLength: 200 }), value, { maxKeys: 120 })
  const holds = fc.property(object, (members) => {
    const attributes = jsonAttributes(JSON.stringify({ ...members, trace_id: 'abc' }), false)
    expect(attributes?.['trace_id']).toBe('abc')
    const json = JSON.stringify({ ...attributes, continuation: true })
    expect(byteLength(json)).toBeLessThanOrEqual(16_384)
    expect(Object.keys(attributes ?? {}).length).toBeLessThan(64)
    expect(/\\u0000|\\ud[89a-f]/i.test(json)).toBe(false)
  })
  fc.assert(holds, { numRuns: 300 })
})

test('attributes hold no secret, and the message stays the line', () => {
  const text = '{"msg":"x","password":"hunter2","mail":"jane@example.com","url":"https:\\/\\/a:hunter2@b"}'
  const entry = processLine(rawLine(newSource(), text), rulesWith(), newMetrics())
  expect(entry).toMatchObject({
    message: '{"msg":"x","password":"[masked]","mail":"[masked]","url":"https://a:[masked]@b"}',
    attributes: { password: '[masked]', mail: '[masked]', url: 'https://a:[masked]@b' },
  })
})
