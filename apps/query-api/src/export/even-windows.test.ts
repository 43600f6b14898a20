import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createEvenWindows } from './even-windows.ts'

const range = { fromUs: 0, toUs: 4_320e6 }
const plan = { order: 'asc', nowUs: 4_000e6, firstUs: 1e6, rows: () => 1_000, canCount: true } as const

/** Walks through lines that come at `rateOf` so many a second. */
function walk(
  rateOf: (us: number) => number,
  options: Partial<Parameters<typeof createEvenWindows>[1]> = {},
) {
  const windows = createEvenWindows(range, { ...plan, ...options })
  const seen: { fromUs: number; toUs: number; rows: number; isCounted: boolean }[] = []
  let last: { ms: number; rows: number } | null = null
  for (let next = windows.next(last); next; next = windows.next(last)) {
    const { window, isCounted } = next
    const rows = Math.round(((window.toUs - window.fromUs) / 1e6) * rateOf(window.fromUs))
    last = { ms: 1, rows }
    seen.push({ ...window, rows, isCounted })
    if (seen.length > 100_000) throw new Error('no end')
  }
  return seen
}

test.each(['asc', 'desc'] as const)(
  'windows cover the range once, %s, whatever they cost and have',
  (order) => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ ms: fc.nat(5_000), rows: fc.nat(100_000) }), { minLength: 1 }),
        (costs) => {
          const windows = createEvenWindows({ fromUs: 5, toUs: 50e6 }, { ...plan, order, nowUs: 40e6 })
          let edge = order === 'asc' ? 5 : 50e6
          let last: { ms: number; rows: number } | null = null
          for (const cost of costs) {
            const next = windows.next(last)
            if (!next) break
            const { fromUs, toUs } = next.window
            expect(order === 'asc' ? fromUs : toUs).toBe(edge)
            expect(fromUs).toBeLessThan(toUs)
            edge = order === 'asc' ? toUs : fromUs
            last = cost
          }
          expect(edge).toBeGreaterThanOrEqual(5)
          expect(edge).toBeLessThanOrEqual(50e6)
        },
      ),
    )
  },
)

test('of many lines, each window has about a page', () => {
  const windows = walk(() => 5_000).slice(3)
  for (const { rows } of windows.slice(0, -1)) expect([rows > 400, rows < 2_100]).toEqual([true, true])
})

test('of none, a few windows are all', () => expect(walk(() => 0).length).toBeLessThan(12))

test('after a quiet night it does not take a burst for one window', () => {
  const windows = walk((us) => (us < 2_000e6 ? 0.001 : 500))
  const burst = windows.filter(({ fromUs }) => fromUs >= 2_000e6)
  expect(burst.slice(8, -1).every(({ rows }) => rows < 2_100)).toBe(true)
})

test('where few rows cost much, the counts are asked, if they can tell', () => {
  const windows = createEvenWindows(range, plan)
  windows.next(null)
  expect(windows.next({ ms: 500, rows: 3 })?.isCounted).toBe(true)
  expect(windows.next({ ms: 5, rows: 3 })?.isCounted).toBe(true)
  expect(windows.next({ ms: 5, rows: 3_000 })?.isCounted).toBe(false)
  const blind = createEvenWindows(range, { ...plan, canCount: false })
  blind.next(null)
  expect(blind.next({ ms: 500, rows: 3 })?.isCounted).toBe(false)
})
