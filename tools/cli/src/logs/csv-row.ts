import type { StoredEntry } from '@logboom/contracts'
import { neutraliseCell } from '../terminal/neutralise.ts'

const columns = [
  'timestamp',
  'level',
  'namespace',
  'pod_name',
  'container_name',
  'message',
  'agent_id',
  'deployment_object_id',
  'work_order_id',
  'node',
  'output',
  'labels',
  'attributes',
  'id',
] as const satisfies (keyof StoredEntry)[]

export const csvHeader = `${columns.join(',')}\n`

/** One entry as a row of RFC 4180, whose cells no spreadsheet takes for a formula. */
export function csvRow(entry: StoredEntry): string {
  return `${columns.map((column) => csvCell(entry[column])).join(',')}\n`
}

function csvCell(value: unknown): string {
  if (value === null || value === undefined) return ''
  const text = neutraliseCell(typeof value === 'string' ? value : JSON.stringify(value))
  const harmless = /^[=+\-@]/.test(text) ? `'${text}` : text
  return /[",\n']/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}
