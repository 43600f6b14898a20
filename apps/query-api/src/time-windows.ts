/** `[fromUs, toUs)`, microseconds since 1970. */
export interface TimeWindow {
  fromUs: number
  toUs: number
}

export interface TimeWindows {
  /** The next window in order, or null when the range is covered. `tookMs`: what the one before cost. */
  next(tookMs: number): TimeWindow | null
}

/** How a range is cut. */
export interface WindowPlan {
  order: 'desc' | 'asc'
  /** No line is expected after it, so the first window of `desc` reaches back from there. */
  nowUs: number
  /** Width of the first window. */
  firstUs?: number
  /** How many times wider each one is than the one before. */
  growth?: number
  /** Windows end at whole multiples of it, but for the ends of the range. */
  unitUs?: number
}

const leastUs = 0.25e6
/** A window that cost less may well be wider; one that cost more should be narrower. */
const cheapMs = 200
const dearMs = 1_000

/**
 * Cuts a range into windows that widen from the end where a page begins, so that the newest 100 of 12 hours cost what
 * they cost of the first window, and an empty range costs a few statements.
 */
export function createTimeWindows(
  range: TimeWindow,
  { order, nowUs, firstUs = 2e6, growth = 8, unitUs = 1 }: WindowPlan,
): TimeWindows {
  let { fromUs, toUs } = range
  let widthUs: number | undefined
  return {
    next(tookMs) {
      if (fromUs >= toUs) return null
      if (widthUs === undefined) widthUs = Math.max(leastUs, firstUs)
      else if (tookMs < cheapMs) widthUs *= growth
      else if (tookMs > dearMs) widthUs = Math.max(leastUs, widthUs / 4)
      if (order === 'asc') {
        const window = { fromUs, toUs: Math.min(toUs, Math.ceil((fromUs + widthUs) / unitUs) * unitUs) }
        fromUs = window.toUs
        return window
      }
      const window = {
        fromUs: Math.max(fromUs, Math.floor((Math.min(toUs, nowUs) - widthUs) / unitUs) * unitUs),
        toUs,
      }
      toUs = window.fromUs
      return window
    },
  }
}
