import { formatMicros } from '@logboom/contracts'
import type { StreamView } from '../sources/running-source.ts'

/** As many as a human or a script looks at; what lags most is among them. */
const shownMax = 1_000

interface StreamRow {
  kind: StreamView['kind']
  state: string
  /** Since everything was read; null while that is not known. */
  lag_seconds: number | null
  read_until: string | null
  /** Age of the last line: where the agent stands in the stream. */
  position_age_seconds: number | null
  lines: number
  namespace: string
  pod_name: string
  container_name: string
  path?: string
  key: string
}

/** What is read at this moment, the worst lag first: names and numbers, never what a line says. */
export function renderStreams(
  views: Iterable<StreamView>,
  accept: string,
  nowMs: number,
): { type: string; body: string } {
  const rows = [...views].map((view) => rowOf(view, nowMs)).toSorted(byLag)
  const shown = rows.slice(0, shownMax)
  if (!prefersText(accept))
    return {
      type: 'application/json',
      body: `${JSON.stringify({ total: rows.length, shown: shown.length, streams: shown })}\n`,
    }
  const more = rows.length > shown.length ? `… and ${rows.length - shown.length} more\n` : ''
  return { type: 'text/plain; charset=utf-8', body: tableOf(shown) + more }
}

function rowOf({ kind, source, state, lines, lastLineUs }: StreamView, nowMs: number): StreamRow {
  const { key, names } = source
  const readUntilUs = source.readUntilUs()
  const { path } = names.labels
  return {
    kind,
    state,
    lag_seconds: ageSeconds(readUntilUs, nowMs),
    read_until: readUntilUs === null ? null : formatMicros(readUntilUs),
    position_age_seconds: ageSeconds(lastLineUs, nowMs),
    lines,
    namespace: names.namespace,
    pod_name: names.podName,
    container_name: names.containerName,
    ...(path !== undefined && { path }),
    key,
  }
}

function ageSeconds(us: number | null, nowMs: number): number | null {
  return us === null ? null : Math.max(0, Math.round(nowMs - us / 1000) / 1000)
}

/** What was never read to its end lags by more than anybody knows. */
function byLag(a: StreamRow, b: StreamRow): number {
  const [left, right] = [a.lag_seconds ?? Infinity, b.lag_seconds ?? Infinity]
  if (left !== right) return right - left
  return a.key < b.key ? -1 : 1
}

function prefersText(accept: string): boolean {
  return accept.includes('text/plain') && !accept.includes('application/json')
}

function tableOf(rows: readonly StreamRow[]): string {
  const cells = rows.map((row) => [
    secondsText(row.lag_seconds),
    secondsText(row.position_age_seconds),
    String(row.lines),
    row.kind,
    row.state,
    printable(row.path ?? `${row.namespace}/${row.pod_name}/${row.container_name}`),
  ])
  const lines = [['LAG', 'POSITION', 'LINES', 'KIND', 'STATE', 'STREAM'], ...cells]
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  return lines.map((line) => `${line.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ')}\n`).join('')
}

function secondsText(seconds: number | null): string {
  return seconds === null ? '?' : `${seconds.toFixed(1)}s`
}

/** Names of files may hold anything, also what drives a terminal. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '?')
}
