import { byteLength } from '@logboom/contracts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { boundAttributes } from './bound-attributes.ts'

const anyText = fc.string({ unit: 'binary' })
const { value: anyValue } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    anyText,
    fc.constantFrom('\0', '\ud800', 'a\udc00b', '\\u0000', '\\'),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(fc.oneof(anyText, fc.constantFrom('__proto__', 'constructor', '\0')), tie('value'), {
      maxKeys: 5,
    }),
  ),
}))

function deep(levels: number): unknown {
  let value: unknown = 1
  for (let level = 0; level < levels; level += 1) value = [value]
  return value
}

describe('attributes', () => {
  test('of any kind come out as JSON within the bounds that jsonb takes', () => {
    fc.assert(
      fc.property(fc.dictionary(anyText, anyValue, { maxKeys: 80 }), (attributes) => {
        const json = boundAttributes(attributes).json ?? '{}'
        expect(byteLength(json)).toBeLessThanOrEqual(16_384)
        expect(Object.keys(JSON.parse(json)).length).toBeLessThanOrEqual(64)
        expect(json.isWellFormed()).toBe(true)
        // an even number of backslashes before it makes it plain text
        expect(json).not.toMatch(/(?<!\\)(\\\\)*\\u(0000|d[89a-f])/i)
      }),
    )
  })

  test('within the bounds are kept as they are', () => {
    const attributes = { trace_id: 'abc', nested: { list: [1, null, true] }, text: 'ä€😀', path: 'C:\\u0000' }
    const { json, cut } = boundAttributes(attributes)
    expect(JSON.parse(json ?? '')).toEqual(attributes)
    expect(cut).toBe(false)
  })

  test('beyond 64 keys are cut', () => {
    const many = Object.fromEntries(Array.from({ length: 65 }, (_, index) => [`k${index}`, index]))
    const { json, cut } = boundAttributes(many)
    expect(Object.keys(JSON.parse(json ?? ''))).toHaveLength(64)
    expect(cut).toBe(true)
  })

  test('that are too large go, those that fit stay', () => {
    const { json, cut } = boundAttributes({ first: 1, large: 'x'.repeat(20_000), last: 2 })
    expect(JSON.parse(json ?? '')).toEqual({ first: 1, last: 2 })
    expect(cut).toBe(true)
    expect(boundAttributes({ large: 'x'.repeat(20_000) })).toEqual({ json: null, cut: true })
  })

  test('nested deeper than anybody reads are cut, however deep', () => {
    expect(boundAttributes({ a: deep(32) }).cut).toBe(false)
    expect(boundAttributes({ a: deep(33) }).cut).toBe(true)
    const hostile: unknown = JSON.parse(`${'['.repeat(200_000)}${']'.repeat(200_000)}`)
    expect(boundAttributes({ a: hostile, b: 1 })).toEqual({
      json: '{"a":"[cut: nested too deeply]","b":1}',
      cut: true,
    })
  })

  test('with NUL or half a surrogate pair, as key or value, get U+FFFD instead', () => {
    const { json } = boundAttributes({ 'a\0': ['\ud800', { 'b\udfff': 'x\0y' }] })
    expect(JSON.parse(json ?? '')).toEqual({ 'a\ufffd': ['\ufffd', { 'b\ufffd': 'x\ufffdy' }] })
  })

  test('called __proto__ are an attribute like any other', () => {
    const attributes = JSON.parse('{"__proto__":{"admin":true},"constructor":1}')
    expect(boundAttributes(attributes).json).toBe('{"__proto__":{"admin":true},"constructor":1}')
  })

  test('that are none are null', () => {
    expect(boundAttributes({})).toEqual({ json: null, cut: false })
  })
})
