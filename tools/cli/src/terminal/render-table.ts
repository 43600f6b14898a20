import { neutralise } from './neutralise.ts'

export interface Column<T> {
  title: string
  of: (row: T) => string | number | null
  /** Numbers stand below each other. */
  right?: boolean
}

/** Rows in columns, with titles, for a terminal; what has no value is shown as `-`. */
export function renderTable<T>(rows: readonly T[], columns: readonly Column<T>[]): string {
  const titles = columns.map(({ title }) => title)
  const cells = rows.map((row) => columns.map(({ of }) => neutralise(String(of(row) ?? '-'))))
  const widths = titles.map((title, at) =>
    Math.max(title.length, ...cells.map((line) => line[at]?.length ?? 0)),
  )
  const lines = [titles, ...cells].map((line) =>
    line
      .map((cell, at) => (columns[at]?.right ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
  return lines.map((line) => `${line}\n`).join('')
}
