import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { agentId } from './accept-fixture.ts'
import { sortGaps } from './sort-gaps.ts'

const gap = {
  namespace: 'production',
  pod_name: 'web-1',
  from: '2026-03-01T11:00:00.123456789Z',
  to: '2026-03-01T11:30:00Z',
  reason: 'rotated',
}

const policy = {
  of: (_agentId: string, namespace: string) => ({ classId: namespace === 'kept' ? 2 : 1, retentionUs: 1 }),
  refresh: async () => undefined,
}

const sort = (raw: unknown[], source = 'key') => sortGaps(raw, { agentId, source, policy })

describe('a gap', () => {
  test('becomes a row with its class, and an id of its own that a repeat has again', () => {
    const { gaps, rejected } = sort([gap, { ...gap, namespace: 'kept', lines: 12, exact: true }])
    expect(rejected).toEqual([])
    expect(gaps).toMatchObject([
      { from: '2026-03-01T11:00:00.123456Z', lines: null, exact: false, retention_class: 1 },
      { lines: 12, exact: true, retention_class: 2 },
    ])
    expect(gaps[0]?.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(gaps[0]?.id).not.toBe(gaps[1]?.id)
    expect(sort([gap]).gaps[0]?.id).toBe(gaps[0]?.id)
    expect(sort([gap], 'other').gaps[0]?.id).not.toBe(gaps[0]?.id)
  })

  test('that ends before it begins is turned round', () => {
    expect(sort([{ ...gap, from: gap.to, to: gap.from }]).gaps).toMatchObject([
      { from: '2026-03-01T11:00:00.123456Z', to: '2026-03-01T11:30:00.000000Z' },
    ])
  })

  test('that is bad is reported by its place and leaves the others be', () => {
    const bad = [null, {}, { ...gap, reason: 'mood' }, { ...gap, from: 'then' }, { ...gap, lines: -1 }]
    const { gaps, rejected } = sort([...bad, gap])
    expect(gaps).toHaveLength(1)
    expect(rejected.map(({ index, code }) => [index, code])).toEqual(
      bad.map((_, index) => [index, 'gap_invalid']),
    )
    expect(rejected[2]?.detail).toBe('gaps[2]: reason')
  })

  test.each(['0000-01-01T00:00:00Z', '1969-12-31T23:59:59Z', '9999-12-31T23:59:59-14:00'])(
    'at %s, which PostgreSQL or an id cannot hold, is bad',
    (time) =>
      expect(
        sort([
          { ...gap, from: time },
          { ...gap, to: time },
        ]).gaps,
      ).toEqual([]),
  )

  test('never has a text that PostgreSQL refuses, nor one that is too long', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 90 }), (text) => {
        const [row] = sort([{ ...gap, namespace: text, pod_name: text, container_name: text }]).gaps
        for (const [value, max] of [
          [row?.namespace, 253],
          [row?.container_name, 63],
        ] as const) {
          expect(value?.isWellFormed() && !value.includes('\0')).toBe(true)
          expect(Buffer.byteLength(value ?? '')).toBeLessThanOrEqual(max)
        }
      }),
    )
    expect(sort([{ ...gap, namespace: `${'x'.repeat(252)}😀` }]).gaps[0]?.namespace).toBe('x'.repeat(252))
  })
})
