import { Problem } from '@logboom/contracts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ZodError } from 'zod'
import { formatOf, malformed, parsePush } from './parse-push.ts'
import type { Push, PushFormat } from './parse-push.ts'

function parse(body: string | Buffer, format: PushFormat = 'json', headers = {}, entriesMax = 10): Push {
  return parsePush(Buffer.from(body), format, headers, entriesMax)
}

function problemOf(work: () => unknown): Pick<Problem, 'code' | 'message' | 'members'> {
  try {
    work()
  } catch (error) {
    if (error instanceof Problem) return error
    if (error instanceof ZodError) return { code: 'invalid_body', message: error.message, members: {} }
    throw error
  }
  throw new Error('it was taken')
}

describe('a JSON body', () => {
  test('gives its entries and its envelope, and ignores what it does not know', () => {
    const body = {
      logs: [1, null],
      gaps: [{}],
      batch_id: 'b',
      sent_at: '2026-03-01T12:00:00.5Z',
      __proto__: null,
      x: 1,
    }
    expect(parse(JSON.stringify(body))).toEqual({
      entries: [1, null],
      gaps: [{}],
      isClean: true,
      sentUs: 1_772_366_400_500_000,
      key: 'b',
      instance: '',
      batchNumber: null,
    })
    expect(parse('{"logs":[{"message":"\\u0000"}]}').isClean).toBe(false)
    expect(parse('{"__proto__":{"batch_id":"x"},"constructor":1,"logs":[]}').key).toBeNull()
  })

  test.each(['', '{"logs":[', 'secret text', '{"logs":[]}}', '\ufeff\ufeff{}'])('%j is not JSON', (body) => {
    const { code, message } = problemOf(() => parse(body))
    expect(code).toBe('malformed_json')
    expect(message).not.toContain('secret')
  })

  test.each(['null', '[]', '1', '{}', '{"logs":{}}', '{"logs":[],"gaps":1}', '{"logs":[],"batch_id":""}'])(
    '%s has the wrong shape',
    (body) => expect(problemOf(() => parse(body)).code).toBe('invalid_body'),
  )

  test('may begin with a byte order mark', () => {
    expect(parse('\ufeff{"logs":[]}').entries).toEqual([])
  })

  test('with invalid UTF-8 gets U+FFFD', () => {
    const body = Buffer.concat([Buffer.from('{"logs":["'), Buffer.from([0xff, 0xc3]), Buffer.from('"]}')])
    expect(parse(body).entries).toEqual(['\ufffd\ufffd'])
  })

  test('of whatever bytes is taken or refused by a problem; nothing else is thrown', () => {
    const isTakenOrRefused = (bytes: Uint8Array, format: PushFormat) => {
      try {
        return parse(Buffer.from(bytes), format, {}, 1_000).entries.length >= 0
      } catch (error) {
        return error instanceof Problem || error instanceof ZodError
      }
    }
    const property = fc.property(fc.uint8Array(), fc.constantFrom('json', 'ndjson'), isTakenOrRefused)
    expect(fc.check(property).failed).toBe(false)
  })
})

describe('lines', () => {
  test('may end in LF or CRLF or not at all; blank ones are nothing', () => {
    expect(parse('{"a":1}\r\n\r\n  \n{"b":2}\n\n{"c":3}', 'ndjson').entries).toEqual([
      { a: 1 },
      { b: 2 },
      { c: 3 },
    ])
    expect(parse('', 'ndjson').entries).toEqual([])
  })

  test('that are broken keep their place among the others', () => {
    expect(parse('{"a":1}\n{"b":\n{"c":3}', 'ndjson').entries).toEqual([{ a: 1 }, malformed, { c: 3 }])
  })

  test('with nothing but a gap are gaps', () => {
    const { entries, gaps } = parse('{"gap":{"lines":1}}\n{"gap":1,"message":"m"}\n{"gap":null}', 'ndjson')
    expect(gaps).toEqual([{ lines: 1 }, null])
    expect(entries).toEqual([{ gap: 1, message: 'm' }])
  })

  test('with nothing but `read_until` say how far the sender has read, the last one of several', () => {
    const lines = '{"read_until":{"until":"x"}}\n{"message":"m","read_until":1}\n{"read_until":2}'
    expect(parse(lines, 'ndjson')).toMatchObject({
      readUntil: 2,
      entries: [{ message: 'm', read_until: 1 }],
      gaps: [],
    })
    expect(parse('{"logs":[],"read_until":[1]}')).toMatchObject({ readUntil: [1] })
  })

  test('have their envelope in headers', () => {
    const headers = {
      'idempotency-key': 'k',
      'logboom-sent-at': '2026-03-01T12:00:00Z',
      'logboom-instance': 'pod-1',
      'logboom-batch-number': '17',
    }
    expect(parse('{}', 'ndjson', headers)).toMatchObject({
      key: 'k',
      sentUs: 1_772_366_400_000_000,
      instance: 'pod-1',
      batchNumber: 17,
    })
  })

  test('that are only newlines make no array of them', () => {
    expect(parse('\n'.repeat(500_000), 'ndjson').entries).toEqual([])
  })
})

describe('bounds', () => {
  test('of entries and of gaps are told with the limit, in both formats', () => {
    const list = (count: number) => JSON.stringify(Array.from({ length: count }, () => 1))
    expect(parse(`{"logs":${list(10)}}`).entries).toHaveLength(10)
    const tooMany = [
      () => parse(`{"logs":${list(11)}}`),
      () => parse(`{"logs":[],"gaps":${list(11)}}`),
      () => parse('1\n'.repeat(11), 'ndjson'),
      () => parse('{"gap":1}\n'.repeat(11), 'ndjson'),
    ]
    for (const work of tooMany)
      expect(problemOf(work)).toMatchObject({ code: 'too_many_entries', members: { limit: 10 } })
  })

  test('of values keep a large body from filling the memory', () => {
    const dense = `{"logs":[{"a":[${'{},'.repeat(400_000)}1]}]}`
    expect(problemOf(() => parse(dense)).code).toBe('payload_too_large')
    expect(problemOf(() => parse(dense, 'ndjson')).code).toBe('payload_too_large')
    expect(parse(`{"logs":["${'{},'.repeat(400_000)}"]}`).entries).toHaveLength(1)
  })
})

describe('what travels beside', () => {
  test('the header wins over the batch_id, and the later sent_at over the earlier', () => {
    const headers = { 'idempotency-key': 'header', 'logboom-sent-at': '2020-01-01T00:00:00Z' }
    const body = (sentAt: string) => JSON.stringify({ logs: [], batch_id: 'body', sent_at: sentAt })
    const later = { key: 'header', sentUs: Date.parse('2020-01-01') * 1000 }
    expect(parse(body('1970-01-01T00:00:01Z'), 'json', headers)).toMatchObject(later)
    const aSecondAfter = { sentUs: later.sentUs + 1_000_000 }
    expect(parse(body('2020-01-01T00:00:01Z'), 'json', headers)).toMatchObject(aSecondAfter)
  })

  test('keys that PostgreSQL cannot store or nobody can want are refused', () => {
    for (const key of ['a\0b', '\ud800', 'x'.repeat(257)]) {
      const body = JSON.stringify({ logs: [], batch_id: key })
      expect(problemOf(() => parse(body)).code).toBe('invalid_body')
    }
    const headers = { 'idempotency-key': 'x'.repeat(257) }
    expect(problemOf(() => parse('{"logs":[]}', 'json', headers)).code).toBe('invalid_body')
  })

  test.each(['0', '-1', '1.5', '1e3', '0x10', 'one', '9'.repeat(20)])('%s is no batch number', (number) => {
    const headers = { 'logboom-batch-number': number }
    expect(problemOf(() => parse('{"logs":[]}', 'json', headers)).code).toBe('bad_request')
  })

  test('a sent_at that is no time is refused, wherever it stands', () => {
    expect(problemOf(() => parse('{"logs":[],"sent_at":"now"}')).code).toBe('invalid_body')
    expect(problemOf(() => parse('', 'ndjson', { 'logboom-sent-at': 'now' })).code).toBe('invalid_body')
  })
})

describe('the format', () => {
  test('is told by the content type, whatever its case and parameters', () => {
    expect(formatOf({ 'content-type': 'Application/JSON; charset=utf-8' })).toBe('json')
    expect(formatOf({ 'content-type': 'application/x-ndjson' })).toBe('ndjson')
  })

  test('is unknown for anything else', () => {
    for (const type of [undefined, '', 'text/plain', 'application/x-www-form-urlencoded'])
      expect(problemOf(() => formatOf({ 'content-type': type })).code).toBe('unsupported_media_type')
  })
})
