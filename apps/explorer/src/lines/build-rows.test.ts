import { expect, test } from 'vitest'
import { buildRows } from './build-rows.ts'
import type { RowsInput } from './build-rows.ts'
import { entryAt, gapBetween } from './entry-fixture.ts'
import { keyOf } from './list-row.ts'
import type { ListRow } from './list-row.ts'

const input: RowsInput = {
  entries: [],
  order: 'desc',
  gaps: [],
  isWhole: true,
  hasAll: true,
  unfolded: new Set(),
  zone: 'utc',
}
const trace = [
  entryAt(10, { message: 'head' }),
  entryAt(10.1, { group_id: 'g', message: 'at a' }),
  entryAt(10.2, { group_id: 'g', message: 'at b' }),
]

function shown(rows: ListRow[]): string[] {
  return rows.map((row) => {
    if (row.kind !== 'entry') return row.kind
    return row.folded.length > 0 ? `${row.entry.message} +${row.folded.length}` : row.entry.message
  })
}

test.each(['asc', 'desc'] as const)('the lines of a trace fold under its first line (%s)', (order) => {
  const entries = [entryAt(9, { message: 'before' }), ...trace, entryAt(11, { message: 'after' })]
  const rows = buildRows({ ...input, order, entries: order === 'asc' ? entries : entries.toReversed() })
  const expected = ['before', 'head +2', 'after']
  expect(shown(rows)).toEqual(order === 'asc' ? expected : expected.toReversed())
})

test('an unfolded trace is read from top to bottom in either order', () => {
  const [head] = trace
  const unfolded = new Set(head ? [keyOf(head)] : [])
  expect(shown(buildRows({ ...input, entries: trace.toReversed(), unfolded }))).toEqual([
    'head +2',
    'at a',
    'at b',
  ])
})

test('lines of other pods between those of a trace do not unfold it', () => {
  const [head, first, second] = trace
  const other = entryAt(10.15, { pod_name: 'web-2', message: 'other' })
  const entries = [head, first, other, second].filter((entry) => entry !== undefined)
  expect(shown(buildRows({ ...input, order: 'asc', entries }))).toEqual(['head +2', 'other'])
})

test('where a text was searched for, no line is taken for the head of a trace that it may not be', () => {
  expect(shown(buildRows({ ...input, entries: trace.toReversed(), hasAll: false }))).toEqual([
    'at a +1',
    'head',
  ])
})

test('a line of another level, or long before, is no head', () => {
  const [, member] = trace
  const calm = entryAt(9.9, { level: 'INFO', message: 'calm' })
  const old = entryAt(-100, { message: 'old' })
  const entries = member ? [member, calm] : []
  expect(shown(buildRows({ ...input, entries }))).toEqual(['at a', 'calm'])
  expect(shown(buildRows({ ...input, entries: member ? [member, old] : [] }))).toEqual(['at a', 'old'])
})

test('gaps, and how far the list is complete, stand where they belong', () => {
  const entries = [
    entryAt(30, { message: 'c' }),
    entryAt(20, { message: 'b' }),
    entryAt(10, { message: 'a' }),
  ]
  const gaps = [gapBetween(11, 15), gapBetween(1, 2)]
  const rows = buildRows({ ...input, entries, gaps, completeUntil: '2026-11-27T12:00:25Z' })
  expect(shown(rows)).toEqual(['c', 'complete', 'b', 'gap', 'a', 'gap'])
})

test('nothing is said of what is not loaded yet', () => {
  const edge: ListRow = { kind: 'begin', key: 'begin', since: entryAt(0).timestamp }
  const entries = [entryAt(30, { message: 'c' })]
  const gaps = [gapBetween(1, 2), gapBetween(1, 2)]
  expect(shown(buildRows({ ...input, entries, gaps, edge, isWhole: false }))).toEqual(['c'])
  expect(shown(buildRows({ ...input, entries, gaps, edge }))).toEqual(['c', 'gap', 'begin'])
})

test('a list over midnight says where the day changes', () => {
  const entries = [entryAt(43_201, { message: 'b' }), entryAt(43_199, { message: 'a' })]
  expect(shown(buildRows({ ...input, entries }))).toEqual(['b', 'day', 'a'])
})
