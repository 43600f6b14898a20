import type { RowOrder } from '@logboom/db'
import type { TimeWindow } from '../time-windows.ts'
import type { WalkWindows } from '../walk-rows.ts'

export interface EvenWindowPlan {
  order: RowOrder
  /** No line is expected after it, so the first window of `desc` reaches back from there. */
  nowUs: number
  /** Width of the first window. */
  firstUs: number
  /** How many rows a window should have. */
  rows: () => number
  /** The counts can say where rows are that are few among others. */
  canCount: boolean
}

const leastUs = 1_000
/** A window that cost less may be wider, however few rows it has; one that cost more is narrower. */
const cheapMs = 200
const dearMs = 1_000
const growth = 8

/**
 * Cuts a range into windows that have about as many rows as a page, for whoever reads all of it: a window of many pages
 * would be begun anew for each of them.
 */
export function createEvenWindows(range: TimeWindow, plan: EvenWindowPlan): WalkWindows {
  let { fromUs, toUs } = range
  let widthUs = plan.firstUs
  let isCounted = false

  function adapt({ ms, rows }: { ms: number; rows: number }): void {
    const wanted = plan.rows()
    const isSparse = rows < wanted / 2
    if (ms > cheapMs && isSparse && plan.canCount) isCounted = true
    else if (!isSparse) isCounted = false
    if (rows > 2 * wanted) widthUs *= Math.max(1 / growth, wanted / rows)
    else if (ms > dearMs && !isCounted) widthUs /= 2
    else if (isSparse && (ms < cheapMs || isCounted)) widthUs *= Math.min(growth, wanted / Math.max(1, rows))
  }

  return {
    next(last) {
      if (fromUs >= toUs) return null
      if (last) adapt(last)
      widthUs = Math.max(leastUs, Math.ceil(widthUs))
      const window =
        plan.order === 'asc'
          ? { fromUs, toUs: Math.min(toUs, fromUs + widthUs) }
          : { fromUs: Math.max(fromUs, Math.min(toUs, plan.nowUs) - widthUs), toUs }
      if (plan.order === 'asc') fromUs = window.toUs
      else toUs = window.fromUs
      return { window, isCounted }
    },
  }
}
