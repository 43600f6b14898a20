import { uuidOf } from './row-id.ts'
import type { RowId } from './row-id.ts'
import type { LogTime } from './timestamp.ts'
import { formatMicros } from './timestamp.ts'

/** The columns of `agent_logs` in the order in which rows travel. */
export const rowColumns = [
  'timestamp',
  'created_at',
  'stream_id',
  'id',
  'suborder',
  'original_bytes',
  'retention_class',
  'severity',
  'flags',
  'message',
  'group_id',
  'attributes',
] as const

export interface Row {
  time: LogTime
  /** Receipt by ingest-api, microseconds; one value for the whole batch. */
  createdUs: number
  streamId: bigint
  id: RowId
  seq: number
  /** Bytes of the message before it was truncated; null when it was not. */
  originalBytes: number | null
  retentionClass: number
  severity: number | null
  flags: number
  message: string
  groupId: string | null
  /** JSON text. */
  attributes: string | null
}

/** Bits of `flags`. */
export const rowFlags = { stdout: 1, stderr: 2, truncated: 4, attributesCut: 8 } as const

const seqBits = 21
const seqMask = 2 ** seqBits - 1

/** Nanoseconds within the microsecond, then `seq` modulo 2^21: what orders rows of the same microsecond. */
export function suborderOf(ns: number, seq: number): number {
  return ns * 2 ** seqBits + (seq & seqMask)
}

export function nsOfSuborder(suborder: number): number {
  return suborder >> seqBits
}

export function seqOfSuborder(suborder: number): number {
  return suborder & seqMask
}

/** The fields of a row as text by column; null for NULL. */
export type RowFields = Record<(typeof rowColumns)[number], string | null>

/**
 * One line of COPY text without its newline: how a row is kept as a dead letter, and how it travelled in jobs of
 * version 1.
 */
export function encodeRow(row: Row): string {
  return encodeFields({
    timestamp: formatMicros(row.time.us),
    created_at: formatMicros(row.createdUs),
    stream_id: row.streamId.toString(),
    id: uuidOf(row.id),
    suborder: String(suborderOf(row.time.ns, row.seq)),
    original_bytes: row.originalBytes === null ? null : String(row.originalBytes),
    retention_class: String(row.retentionClass),
    severity: row.severity === null ? null : String(row.severity),
    flags: String(row.flags),
    message: row.message,
    group_id: row.groupId,
    attributes: row.attributes,
  })
}

export function encodeFields(fields: RowFields): string {
  return rowColumns.map((column) => escapeField(fields[column])).join('\t')
}

/** The fields of a line, unescaped. */
export function decodeRow(line: string): RowFields {
  const fields = line.split('\t')
  return Object.fromEntries(
    rowColumns.map((column, index) => [column, unescapeField(fields[index])]),
  ) as RowFields // Object.fromEntries forgets the keys that rowColumns names
}

const escapes: Record<string, string> = {
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
  '\f': '\\f',
  '\v': '\\v',
}
const unescapes = Object.fromEntries(Object.entries(escapes).map(([raw, escaped]) => [escaped, raw]))

function escapeField(text: string | null): string {
  if (text === null) return '\\N'
  return text.replace(/[\\\n\r\t\b\f\v]/g, (char) => escapes[char] ?? char)
}

function unescapeField(field: string | undefined): string | null {
  if (field === undefined || field === '\\N') return null
  return field.replace(/\\[\\nrtbfv]/g, (pair) => unescapes[pair] ?? pair)
}
