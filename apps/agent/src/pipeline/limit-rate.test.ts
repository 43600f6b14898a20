import type { Gap } from '@logboom/contracts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createDroppedLines } from './dropped-lines.ts'
import { newMetrics, newSource, rawLine, rulesWith } from './line-fixture.ts'
import type { LineSettings } from './line-rules.ts'
import { processLine } from './process-line.ts'

interface Written {
  text: string
  /** After the line before. */
  afterUs: number
}

/** What became of the lines: those that are sent, and the gaps for those that are not. */
function outcome(
  lines: readonly Written[],
  settings: Partial<LineSettings>,
): { sent: string[]; gaps: Gap[] } {
  const source = newSource()
  const rules = rulesWith(settings)
  const metrics = newMetrics()
  const dropped = createDroppedLines()
  const sent: string[] = []
  let us = 1.7e15
  lines.forEach(({ text, afterUs }, index) => {
    us += afterUs
    const line = rawLine(source, text, { time: { us, ns: 0 }, entryId: `id-${index}` })
    const processed = processLine(line, rules, metrics)
    if (processed === 'rate_limit' || processed === 'sampled') dropped.add(line, processed)
    else if (typeof processed === 'object') sent.push(processed.message)
  })
  return { sent, gaps: dropped.gaps() }
}

const flood = (count: number, text = 'INFO x') => Array.from({ length: count }, () => ({ text, afterUs: 0 }))
const rate = { RATE_LIMIT_LINES: 10, RATE_LIMIT_BURST_SECONDS: 10 }

test('by default, nothing is left out', () => {
  const { sent, gaps } = outcome(flood(20_000), {})
  expect([sent.length, gaps]).toEqual([20_000, []])
})

test('what is sent and what the gaps tell of is what was written', () => {
  const written = fc.record({
    text: fc.constantFrom('INFO a', 'WARN warn', 'plain', 'ERROR é', '\tat x.y(z)', '{"level":"info"}'),
    afterUs: fc.constantFrom(0, 1, 50_000, 2_000_000),
  })
  const settings = fc.record({
    RATE_LIMIT_LINES: fc.integer({ min: 0, max: 5 }),
    RATE_LIMIT_BYTES: fc.integer({ min: 0, max: 40 }),
    RATE_LIMIT_BURST_SECONDS: fc.integer({ min: 1, max: 3 }),
    SAMPLE_PERCENT: fc.constantFrom(0, 10, 100),
  })
  const bytes = (texts: string[]) => Buffer.byteLength(texts.join(''))
  const holds = fc.property(fc.array(written, { maxLength: 100 }), settings, (lines, limits) => {
    const { sent, gaps } = outcome(lines, limits)
    const lost = (field: 'lines' | 'bytes') => gaps.reduce((sum, gap) => sum + (gap[field] ?? 0), 0)
    expect(sent.length + lost('lines')).toBe(lines.length)
    expect(bytes(sent) + lost('bytes')).toBe(bytes(lines.map(({ text }) => text)))
    expect(gaps.every(({ exact, from, to }) => exact && from <= to)).toBe(true)
  })
  fc.assert(holds, { numRuns: 500 })
})

test('beyond the burst, as many lines are taken as the rate allows, by the clock of the lines', () => {
  const slow = Array.from({ length: 1_000 }, () => ({ text: 'INFO x', afterUs: 50_000 }))
  const { sent, gaps } = outcome([...flood(200), ...slow], rate)
  // A fifth of the burst is not for INFO: 80 of the flood, then ten in each of fifty seconds.
  expect(sent.length).toBe(80 + 500)
  expect(gaps).toMatchObject([{ reason: 'rate_limit', lines: 620, bytes: 620 * 6, exact: true }])
})

test('warnings and errors come first', () => {
  const { sent } = outcome([...flood(200), ...flood(50, 'WARN x')], rate)
  expect(sent.filter((text) => text === 'WARN x').length).toBe(20)
})

test('a program that keeps to the rate loses nothing, however long it writes', () => {
  const steady = Array.from({ length: 5_000 }, () => ({ text: 'INFO x', afterUs: 100_000 }))
  expect(outcome(steady, rate).gaps).toEqual([])
})

test('of what is beyond the rate, the share that is asked for is sampled, the same again', () => {
  const settings = { ...rate, SAMPLE_PERCENT: 25 }
  const { sent, gaps } = outcome(flood(10_000), settings)
  expect(sent.length).toBeGreaterThan(80 + 9_920 * 0.22)
  expect(sent.length).toBeLessThan(80 + 9_920 * 0.28)
  expect(gaps).toMatchObject([{ reason: 'sampled', lines: 10_000 - sent.length }])
  expect(outcome(flood(10_000), settings)).toEqual({ sent, gaps })
})

test('a stack trace that is sampled is whole', () => {
  const trace = [{ text: 'INFO x', afterUs: 0 }, ...flood(9, '\tat x.y(z)')]
  const { sent } = outcome(Array.from({ length: 200 }, () => trace).flat(), {
    ...rate,
    RATE_LIMIT_LINES: 1,
    RATE_LIMIT_BURST_SECONDS: 1,
    SAMPLE_PERCENT: 30,
  })
  const heads = sent.filter((text) => text === 'INFO x').length
  expect(heads).toBeGreaterThan(20)
  expect(sent.length - heads).toBe((heads - 1) * 9)
})

test('after a clock was set back, the bucket fills as before', () => {
  const second = (n: number) => ({ text: 'INFO x', afterUs: n === 100 ? -3_600e6 : 1e6 })
  const { sent, gaps } = outcome(
    Array.from({ length: 600 }, (_, n) => second(n)),
    { ...rate, RATE_LIMIT_BURST_SECONDS: 1 },
  )
  expect([sent.length, gaps]).toEqual([600, []])
})
