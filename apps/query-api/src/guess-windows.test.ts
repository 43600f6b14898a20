import { anyStream } from '@logboom/db'
import { expect, test } from 'vitest'
import { guessWindows } from './guess-windows.ts'
import type { Walk } from './walk-rows.ts'

const hourUs = 3_600e6
const nowUs = 100 * hourUs
const walk: Walk = {
  sight: { scope: { agents: null, namespaces: null }, classes: [{ classId: 1, retentionSeconds: 43_200 }] },
  streams: { ids: ['1', '2', '3', '4'] },
  spans: null,
  lines: { rows: 120_000, fromUs: nowUs - 100 * hourUs, toUs: nowUs },
  filter: { severities: [], since: null, until: null, text: null, attributes: [] },
  matches: null,
  order: 'desc',
  range: { fromUs: nowUs - 12 * hourUs, toUs: nowUs + hourUs },
  nowUs,
  after: null,
  deadlineMs: 0,
  signal: new AbortController().signal,
}
const levels = { ...walk.filter, severities: [[21, 32_767]] as const }

test('a first window holds a few pages, were lines written evenly over what is retained', () => {
  const { firstUs, countedFrom } = guessWindows(walk, 100)
  expect(firstUs).toBe((4 * 100 * 12 * hourUs) / 120_000)
  expect(countedFrom).toBe(Infinity)
})

test('it is as wide wherever the range ends', () => {
  const range = { fromUs: nowUs - 3 * hourUs, toUs: nowUs - 2 * hourUs }
  expect(guessWindows({ ...walk, range }, 100).firstUs).toBe(guessWindows(walk, 100).firstUs)
})

test('of an agent that has stopped, it begins where the last line was received', () => {
  const toUs = nowUs - 5 * hourUs
  expect(guessWindows({ ...walk, lines: { ...walk.lines, toUs } }, 100).nowUs).toBe(toUs)
})

test('few lines are found by the counts at once, in whatever time', () => {
  const guess = guessWindows({ ...walk, lines: { ...walk.lines, rows: 1 } }, 100)
  expect(guess).toMatchObject({ firstUs: Infinity, countedFrom: 0 })
})

test('a level that the first window lacks is found by the counts', () => {
  expect(guessWindows({ ...walk, filter: levels }, 100).countedFrom).toBe(1)
  const everything = { ...walk, filter: levels, streams: { filter: anyStream } }
  expect(guessWindows(everything, 100).countedFrom).toBe(1)
})

test('of many streams among others, the counts are asked for each window', () => {
  const streams = { filter: { ...anyStream, namespace: 'shop' } }
  expect(guessWindows({ ...walk, streams }, 100).countedFrom).toBe(0)
})

test.each([
  ['a text', { filter: { ...levels, text: 'x' } }],
  ['an expression', { filter: levels, matches: () => true }],
  ['an attribute', { filter: { ...levels, attributes: [['a', 'b']] as const } }],
])('the counts know nothing of %s', (_what, changes) => {
  expect(guessWindows({ ...walk, ...changes }, 100).countedFrom).toBe(Infinity)
})
