/** What one process counts, as its /metrics page tells it. */
export interface Metrics {
  /** The sum over all series of a metric that have these labels; 0 when there is none. */
  sum(name: string, labels?: Record<string, string>): number
}

/** Reads the text format of Prometheus. */
export function readMetrics(text: string): Metrics {
  const series = text.split('\n').flatMap(parseLine)
  return {
    sum: (name, labels = {}) =>
      series
        .filter((one) => one.name === name)
        .filter((one) => Object.entries(labels).every(([label, value]) => one.labels[label] === value))
        .reduce((sum, { value }) => sum + value, 0),
  }
}

interface Series {
  name: string
  labels: Record<string, string>
  value: number
}

function parseLine(line: string): Series[] {
  const [, name, labels = '', value] = /^([a-z_]+)(?:\{(.*)\})? ([^ ]+)$/i.exec(line) ?? []
  if (name === undefined) return []
  const pairs = labels.matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"/gi)
  return [
    {
      name,
      labels: Object.fromEntries([...pairs].map(([, label = '', text = '']) => [label, text])),
      value: Number(value),
    },
  ]
}
