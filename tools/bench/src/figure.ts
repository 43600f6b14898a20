/** What a figure is held to: at least, or at most, so much. */
export interface Bound {
  is: 'at least' | 'at most'
  goal: number
  stretch?: number
}

/** One measured figure: every run's value, so that nobody has to believe a mean. */
export interface Figure {
  /** Stays the same from release to release: what results are compared by. */
  id: string
  title: string
  unit: string
  /** One per run; for percentiles over many requests, the one value that they have. */
  values: number[]
  bound?: Bound
  /** What it was measured against, or under which load. */
  note?: string
}

export interface Summary {
  median: number
  min: number
  max: number
  verdict: 'stretch' | 'goal' | 'missed' | 'told'
}

/** Median with min and max, and how the median stands to its bound (`told`: a figure without one). */
export function summarise({ values, bound }: Figure): Summary {
  if (values.length === 0) throw new Error('a figure without a value')
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const median = ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2
  return { median, min: sorted[0] ?? 0, max: sorted.at(-1) ?? 0, verdict: verdictOf(median, bound) }
}

function verdictOf(value: number, bound: Bound | undefined): Summary['verdict'] {
  if (!bound) return 'told'
  const holds = (limit: number) => (bound.is === 'at least' ? value >= limit : value <= limit)
  if (bound.stretch !== undefined && holds(bound.stretch)) return 'stretch'
  return holds(bound.goal) ? 'goal' : 'missed'
}

/** The value below which `share` of the values lie, by nearest rank. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const value = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)]
  if (value === undefined) throw new Error('a percentile of nothing')
  return value
}
