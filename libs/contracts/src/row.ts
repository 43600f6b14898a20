import type { LogTime } from './timestamp.ts'
import { formatMicros } from './timestamp.ts'

/**
 * A row of `agent_logs` as it travels in a job: one line of PostgreSQL's COPY text format, in the order of `rowColumns`.
 * ingest-api writes the line once; the writer hands it to COPY unread, which halves its CPU per entry.
 */
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
  id: string
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

/** One line of COPY text without its newline. */
export function encodeRow(row: Row): string {
  const fields = [
    formatMicros(row.time.us),
    formatMicros(row.createdUs),
    row.streamId.toString(),
    row.id,
    String(suborderOf(row.time.ns, row.seq)),
    row.originalBytes === null ? '\\N' : String(row.originalBytes),
    String(row.retentionClass),
    row.severity === null ? '\\N' : String(row.severity),
    String(row.flags),
    escapeField(row.message),
    row.groupId === null ? '\\N' : escapeField(row.groupId),
    row.attributes === null ? '\\N' : escapeField(row.attributes),
  ]
  return fields.join('\t')
}

/** The fields of a line by column, unescaped; null for \N. For what people read (dead letters), not for the hot path. */
export function decodeRow(line: string): Record<(typeof rowColumns)[number], string | null> {
  const fields = line.split('\t')
  return Object.fromEntries(
    rowColumns.map((column, index) => [column, unescapeField(fields[index])]),
  ) as Record<(typeof rowColumns)[number], string | null> // Object.fromEntries forgets the keys that rowColumns names
}

const special = /[\\\n\r\t\b\f\v]/
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

function escapeField(text: string): string {
  if (!special.test(text)) return text
  return text.replace(/[\\\n\r\t\b\f\v]/g, (char) => escapes[char] ?? char)
}

function unescapeField(field: string | undefined): string | null {
  if (field === undefined || field === '\\N') return null
  return field.replace(/\\[\\nrtbfv]/g, (pair) => unescapes[pair] ?? pair)
}
