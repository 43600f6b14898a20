const days = [1, 10, 100, 1_000, 10_000, 100_000].flatMap((ten) => [ten, 2 * ten, 5 * ten])

/** Seconds that people count time in; each divides the day, or is a number of days. */
const roundSeconds: readonly number[] = [
  1,
  2,
  5,
  10,
  15,
  30,
  ...[1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30].map((minutes) => minutes * 60),
  ...[1, 2, 3, 4, 6, 8, 12].map((hours) => hours * 3_600),
  ...days.map((day) => day * 86_400),
]

/**
 * The shortest round interval, in seconds, of which `buckets` cover so many microseconds. Intervals begin at their
 * multiples since 1970, so that one more is needed where a window begins within one.
 */
export function chooseInterval(lengthUs: number, buckets: number): number {
  const interval = roundSeconds.find((seconds) => seconds * 1e6 * buckets >= lengthUs)
  if (interval === undefined) throw new RangeError('no time is that long')
  return interval
}
