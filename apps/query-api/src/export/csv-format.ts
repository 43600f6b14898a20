import type { StoredEntry } from '@logboom/contracts'
import type { ExportFormat } from './export-format.ts'

/** The columns, in their order; new ones come before the last. */
export const csvColumns = [
  'timestamp',
  'level',
  'namespace',
  'pod_name',
  'container_name',
  'message',
  'agent_id',
  'deployment_object_id',
  'work_order_id',
  'id',
  'seq',
  'output',
  'node',
  'pod_uid',
  'group_id',
  'labels',
  'attributes',
  'truncated',
  'original_bytes',
  'attributes_cut',
  'created_at',
] as const satisfies readonly (keyof StoredEntry)[]

/**
 * RFC 4180 with a header. The last column, `export`, is empty but where the export can go on: after the row that it
 * stands in. In the last row of all it says `complete`; that row is known only when there is no further one, so each part
 * keeps its last row back.
 */
export function createCsvFormat(): ExportFormat {
  let isBegun = false
  let held: { cells: string; mark: string } | null = null
  const begin = () => {
    const header = isBegun ? '' : `${csvColumns.join(',')},export\r\n`
    isBegun = true
    return header
  }
  const take = (mark?: string) => (held ? `${held.cells},${csvCell(mark ?? held.mark)}\r\n` : '')
  return {
    contentType: 'text/csv; charset=utf-8; header=present',
    extension: 'csv',
    part(entries, { nextCursor }) {
      const rows = entries.map(cellsOf)
      const last = rows.pop()
      if (last === undefined) {
        if (held) held.mark = nextCursor
        return begin()
      }
      const text = begin() + take() + rows.map((cells) => `${cells},\r\n`).join('')
      held = { cells: last, mark: nextCursor }
      return text
    },
    end: (outcome) => begin() + take(outcome.complete ? 'complete' : undefined),
  }
}

function cellsOf(entry: StoredEntry): string {
  return csvColumns.map((name) => csvCell(entry[name])).join(',')
}

/**
 * A cell that no spreadsheet takes for a formula: what begins like one gets an apostrophe before it, which shows it as
 * text.
 */
export function csvCell(value: string | number | boolean | object | null | undefined): string {
  if (value === null || value === undefined) return ''
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  const safe = /^[=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text
  return /[",\r\n']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
