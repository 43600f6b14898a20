import { byteLength, rowFlags } from '@logboom/contracts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createEntryChecker } from './check-entry.ts'
import type { CheckedEntry } from './check-entry.ts'
import { malformed } from './parse-push.ts'
import { entry } from './accept-fixture.ts'

const messageBytesMax = 100
const checkEntry = createEntryChecker({ messageBytesMax, isClean: false })

function check(changes: Record<string, unknown> = {}): CheckedEntry {
  const checked = checkEntry(entry(changes))
  if ('code' in checked) throw new Error(`rejected: ${checked.code} ${checked.detail}`)
  return checked
}

function codeOf(raw: unknown): string | null {
  const checked = checkEntry(raw)
  return 'code' in checked ? checked.code : null
}

/** Any JSON, and any JSON in the place of a field. */
const anyEntry = fc.oneof(
  fc.jsonValue(),
  fc
    .tuple(
      fc.constantFrom(...Object.keys(entry()), 'level', 'seq', 'labels', 'attributes', 'output'),
      fc.jsonValue(),
    )
    .map(([field, value]) => entry({ [field]: value })),
)

describe('any JSON', () => {
  test('is either taken or rejected with a code and a reason; nothing throws', () => {
    fc.assert(
      fc.property(anyEntry, (raw) => {
        expect(checkEntry(raw)).toEqual(
          expect.toBeOneOf([
            { code: expect.stringMatching(/^[a-z_]+$/), detail: expect.stringMatching(/./) },
            expect.objectContaining({ message: expect.any(String), time: expect.anything() }),
          ]),
        )
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('an entry', () => {
  test('keeps its nanoseconds', () => {
    expect(check().time).toEqual({ us: Date.UTC(2026, 2, 1, 11, 59) * 1000 + 123_456, ns: 789 })
  })

  test('needs four fields, each missed by name', () => {
    for (const field of ['timestamp', 'namespace', 'pod_name', 'message']) {
      expect(codeOf(entry({ [field]: undefined }))).toBe(`${field}_missing`)
      expect(codeOf(entry({ [field]: null }))).toBe(`${field}_missing`)
      expect(codeOf(entry({ [field]: 7 }))).toBe(`${field}_invalid`)
    }
  })

  test('that is none is told so', () => {
    for (const raw of [null, 1, 'text', [], [entry()]]) expect(codeOf(raw)).toBe('not_an_object')
    expect(codeOf(malformed)).toBe('malformed_json')
  })

  test.each(['', 'yesterday', '2026-02-30T00:00:00Z', '2026-03-01', '1772366340', '2026-03-01T11:59:00'])(
    'with the timestamp %j is rejected',
    (timestamp) => expect(codeOf(entry({ timestamp }))).toBe('timestamp_invalid'),
  )

  test('may have an empty message, and nulls for all that is optional', () => {
    const optional = ['container_name', 'level', 'entry_id', 'pod_uid', 'node', 'output', 'seq', 'labels']
    const nulls = Object.fromEntries([...optional, 'attributes', 'group_id'].map((field) => [field, null]))
    expect(check({ ...nulls, message: '' })).toMatchObject({ message: '', severity: null, entryId: null })
  })

  test('may have fields that nobody knows, whatever they are called', () => {
    const raw: unknown = JSON.parse(
      `{"__proto__":{"x":1},"constructor":2,"toString":3,${JSON.stringify(entry()).slice(1)}`,
    )
    expect(codeOf(raw)).toBeNull()
    expect(codeOf(JSON.parse('{"__proto__":{"timestamp":"2026-03-01T11:59:00Z"}}'))).toBe('timestamp_missing')
  })
})

describe('lengths', () => {
  const limits = {
    namespace: 253,
    pod_name: 253,
    container_name: 63,
    entry_id: 128,
    group_id: 128,
    node: 253,
  }

  test.each(Object.entries(limits))('%s may have up to %i bytes of UTF-8', (field, bytes) => {
    expect(codeOf(entry({ [field]: 'x'.repeat(bytes) }))).toBeNull()
    expect(codeOf(entry({ [field]: 'x'.repeat(bytes + 1) }))).toBe('field_too_long')
    expect(codeOf(entry({ [field]: 'ä'.repeat(Math.ceil((bytes + 1) / 2)) }))).toBe('field_too_long')
  })

  test('count as they are stored, where NUL has three bytes', () => {
    expect(codeOf(entry({ pod_name: '\0'.repeat(85) }))).toBe('field_too_long')
  })

  test('of labels are bounded in number and size', () => {
    const labels = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`l${i}`, 'v']))
    expect(codeOf(entry({ labels: labels(32) }))).toBeNull()
    expect(codeOf(entry({ labels: labels(33) }))).toBe('field_too_long')
    expect(codeOf(entry({ labels: { a: 'x'.repeat(257) } }))).toBe('field_too_long')
    expect(codeOf(entry({ labels: { ['x'.repeat(257)]: 'a' } }))).toBe('field_too_long')
  })
})

describe('a message', () => {
  test('that is too long is truncated on a code point, and says how long it was', () => {
    const checked = check({ message: `x${'😀'.repeat(30)}` })
    expect(checked.message).toBe(`x${'😀'.repeat(24)}`)
    expect(checked).toMatchObject({ messageBytes: 97, originalBytes: 121, flags: rowFlags.truncated })
  })

  test('of exactly the limit is left alone', () => {
    expect(check({ message: 'x'.repeat(100) })).toMatchObject({ originalBytes: null, flags: 0 })
  })

  test('is always what its length says', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (message) => {
        const checked = check({ message })
        expect(checked.messageBytes).toBe(byteLength(checked.message))
        expect(checked.message.isWellFormed() && !checked.message.includes('\0')).toBe(true)
      }),
    )
  })
})

describe('a level', () => {
  test.each([
    ['warning', 13],
    ['critical', 21],
    [30, 9],
    ['17', 17],
  ])('%j is severity %i', (level, severity) => {
    expect(check({ level })).toMatchObject({ severity, attributes: null })
  })

  test('that nobody knows is kept as attribute', () => {
    expect(check({ level: 'loud\0' })).toMatchObject({ severity: null, attributes: '{"level":"loud\ufffd"}' })
    expect(check({ level: 'loud', attributes: { a: 1 } }).attributes).toBe('{"level":"loud","a":1}')
    expect(check({ level: 'loud', attributes: { level: 'mine' } }).attributes).toBe('{"level":"mine"}')
  })
})

test('flags tell the output and that attributes were cut', () => {
  expect(check({ output: 'stderr' }).flags).toBe(rowFlags.stderr)
  const attributes = { large: 'x'.repeat(20_000) }
  expect(check({ output: 'stdout', attributes }).flags).toBe(rowFlags.stdout | rowFlags.attributesCut)
})

test('a message that was longer than its column can tell was as long as that', () => {
  expect(check({ original_bytes: 2 ** 40 }).originalBytes).toBe(2 ** 31 - 1)
})

test('a message that its sender has truncated says how long it was', () => {
  expect(check({ message: 'cut', original_bytes: 300_000 })).toMatchObject({
    originalBytes: 300_000,
    flags: rowFlags.truncated,
  })
  const twice = check({ message: 'x'.repeat(messageBytesMax + 1), original_bytes: 300_000 })
  expect(twice).toMatchObject({ originalBytes: 300_000, messageBytes: messageBytesMax })
})

test('empty optional texts count as not given, and a link that is no text as a wrong one', () => {
  const empty = { container_name: '', entry_id: '', pod_uid: '', node: '', group_id: '' }
  const checked = check({ ...empty, deployment_object_id: 7, work_order_id: '' })
  expect(checked).toMatchObject({ entryId: null, groupId: null })
  expect(checked.stream).toMatchObject({
    container_name: null,
    pod_uid: null,
    node: null,
    deployment_object_id: 'not a text',
    work_order_id: null,
  })
})
