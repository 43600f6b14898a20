/** `[fromUs, toUs)`, microseconds since 1970. */
export interface TimeWindow {
  fromUs: number
  toUs: number
}

export interface TimeWindows {
  /** The next window in order, or null when the range is covered. `tookMs`: what the one before cost. */
  next(tookMs: number): TimeWindow | null
}

const firstUs = 2e6
/** A window that cost less may well be wider; one that cost more should be narrower. */
const cheapMs = 200
const dearMs = 1_000

/**
 * Cuts a range into windows that widen from the end where a page begins, so that the newest 100 of 12 hours
 * cost what they cost of 2 seconds, and an empty range of 12 hours costs six statements. `nowUs`: lines of
 * the future are few, so the first window of `desc` reaches back from there.
 */
export function createTimeWindows(
  range: TimeWindow,
  { order, nowUs }: { order: 'desc' | 'asc'; nowUs: number },
): TimeWindows {
  let { fromUs, toUs } = range
  let widthUs = firstUs / 8
  return {
    next(tookMs) {
      if (fromUs >= toUs) return null
      if (tookMs < cheapMs) widthUs *= 8
      else if (tookMs > dearMs) widthUs = Math.max(firstUs / 8, widthUs / 4)
      if (order === 'asc') {
        const window = { fromUs, toUs: Math.min(toUs, fromUs + widthUs) }
        fromUs = window.toUs
        return window
      }
      const window = { fromUs: Math.max(fromUs, Math.min(toUs, nowUs) - widthUs), toUs }
      toUs = window.fromUs
      return window
    },
  }
}

/** The whole range in one. */
export function oneWindow(range: TimeWindow): TimeWindows {
  let left: TimeWindow | null = range.fromUs < range.toUs ? range : null
  return {
    next() {
      const window = left
      left = null
      return window
    },
  }
}
