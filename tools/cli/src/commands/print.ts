import { Option } from 'commander'
import { neutraliseJson } from '../terminal/neutralise.ts'
import type { Terminal } from '../terminal/open-terminal.ts'
import { renderTable } from '../terminal/render-table.ts'
import type { Column } from '../terminal/render-table.ts'

export type ListFormat = 'table' | 'json'

export function listFormatOption(): Option {
  return new Option('-o, --output <format>', 'how it is shown').choices(['table', 'json']).default('table')
}

/** Items as a table, or as JSON; when there are none, a note says so. */
export async function printList<T>(
  terminal: Terminal,
  items: readonly T[],
  { output, columns, none }: { output: ListFormat; columns: readonly Column<T>[]; none: string },
): Promise<void> {
  if (output === 'json') return printJson(terminal, items)
  if (items.length === 0) terminal.note(`${none}\n`)
  else await terminal.write(renderTable(items, columns))
}

export function printJson(terminal: Terminal, value: unknown): Promise<void> {
  return terminal.write(`${neutraliseJson(JSON.stringify(value, null, 2))}\n`)
}

/** Names and values below each other. */
export function printFacts(
  terminal: Terminal,
  facts: readonly (readonly [name: string, value: string | number | null])[],
): Promise<void> {
  const width = Math.max(...facts.map(([name]) => name.length))
  const table = renderTable(facts, [
    { title: '', of: ([name]) => name.padEnd(width) },
    { title: '', of: ([, value]) => value },
  ])
  return terminal.write(table.slice(table.indexOf('\n') + 1))
}
