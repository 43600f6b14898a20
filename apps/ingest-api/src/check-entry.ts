import {
  byteLength,
  cleanText,
  cutBytes,
  Entry,
  fieldBytesMax,
  labelsMax,
  normaliseLevel,
  parseTimestamp,
  rejectReasons,
  rowFlags,
  severityOf,
} from '@logboom/contracts'
import type { Level, LogTime } from '@logboom/contracts'
import type { z } from 'zod'
import { boundAttributes } from './bound-attributes.ts'
import type { StreamIdentity } from './identity.ts'
import { malformed } from './parse-push.ts'

/** An entry that is fit to be stored, apart from its retention and links. */
export interface CheckedEntry {
  time: LogTime
  stream: StreamIdentity & { node: string | null; labels: Record<string, string> }
  entryId: string | null
  seq: number | null
  severity: number | null
  flags: number
  message: string
  /** UTF-8 bytes of the message as stored. */
  messageBytes: number
  originalBytes: number | null
  groupId: string | null
  attributes: string | null
}

export type Reject = { code: string; detail: string }

/** Checks one entry by the contract and brings its texts into a shape that PostgreSQL takes. */
export function checkEntry(raw: unknown, messageBytesMax: number): CheckedEntry | Reject {
  if (raw === malformed) return reject('malformed_json')
  const parsed = Entry.safeParse(raw)
  if (!parsed.success) return rejectOf(parsed.error, raw)
  const entry = parsed.data
  const time = parseTimestamp(entry.timestamp)
  if (!time) return { code: 'timestamp_invalid', detail: 'timestamp must be RFC 3339' }
  const tooLong = fieldTooLong(entry)
  if (tooLong) return tooLong
  const full = cleanText(entry.message)
  const fullBytes = byteLength(full)
  const truncated = fullBytes > messageBytesMax
  const message = truncated ? cutBytes(full, messageBytesMax) : full
  // what the sender has cut off was longer still
  const originalBytes = truncated
    ? Math.max(fullBytes, entry.original_bytes ?? 0)
    : (entry.original_bytes ?? null)
  const level = entry.level == null ? null : normaliseLevel(entry.level)
  const attributes = attributesOf(entry, level)
  return {
    time,
    stream: streamOf(entry),
    entryId: entry.entry_id || null,
    seq: entry.seq ?? null,
    severity: level === null ? null : severityOf[level],
    flags: flagsOf(entry, originalBytes !== null, attributes.cut),
    message,
    messageBytes: truncated ? byteLength(message) : fullBytes,
    originalBytes,
    groupId: textOrNull(entry.group_id),
    attributes: attributes.json,
  }
}

function streamOf(entry: Entry): CheckedEntry['stream'] {
  return {
    namespace: cleanText(entry.namespace),
    pod_name: cleanText(entry.pod_name),
    pod_uid: textOrNull(entry.pod_uid),
    container_name: textOrNull(entry.container_name),
    deployment_object_id: linkOrNull(entry.deployment_object_id),
    work_order_id: linkOrNull(entry.work_order_id),
    node: textOrNull(entry.node),
    labels: cleanLabels(entry.labels ?? {}),
  }
}

/** Senders leave out what they do not know in three ways: no field, null, and an empty text. */
function textOrNull(text: string | null | undefined): string | null {
  return text ? cleanText(text) : null
}

/** A link is never a reason to refuse a line: what is no text cannot be an id, and becomes null with the wrong ones. */
function linkOrNull(link: unknown): string | null {
  if (link === undefined || link === null || link === '') return null
  return typeof link === 'string' ? link.toLowerCase() : 'not a text'
}

/** A level that nobody knows is kept where people can find it. */
function attributesOf(entry: Entry, level: Level | null): { json: string | null; cut: boolean } {
  const unknownLevel = entry.level != null && level === null && entry.attributes?.['level'] === undefined
  if (!entry.attributes && !unknownLevel) return { json: null, cut: false }
  return boundAttributes(
    unknownLevel ? { level: entry.level, ...entry.attributes } : (entry.attributes ?? {}),
  )
}

function flagsOf(entry: Entry, truncated: boolean, attributesCut: boolean): number {
  const output = entry.output ? rowFlags[entry.output] : 0
  return output | (truncated ? rowFlags.truncated : 0) | (attributesCut ? rowFlags.attributesCut : 0)
}

function cleanLabels(labels: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).map(([key, value]) => [cleanText(key), cleanText(value)]))
}

const boundedFields = [
  'namespace',
  'pod_name',
  'container_name',
  'entry_id',
  'group_id',
  'pod_uid',
  'node',
] as const

function fieldTooLong(entry: Entry): Reject | null {
  for (const field of boundedFields) {
    const value = entry[field]
    // a UTF-16 unit is at most three bytes, so most values need no counting
    if (value == null || value.length * 3 <= fieldBytesMax[field]) continue
    const bytes = byteLength(cleanText(value))
    if (bytes > fieldBytesMax[field])
      return tooLong(`${field} has ${bytes} bytes, at most ${fieldBytesMax[field]}`)
  }
  const labels = Object.entries(entry.labels ?? {})
  if (labels.length > labelsMax) return tooLong(`${labels.length} labels, at most ${labelsMax}`)
  const long = labels.find((label) => label.some((text) => byteLength(cleanText(text)) > fieldBytesMax.label))
  return long ? tooLong(`a label has more than ${fieldBytesMax.label} bytes`) : null
}

function tooLong(detail: string): Reject {
  return { code: 'field_too_long', detail }
}

function reject(code: keyof typeof rejectReasons): Reject {
  return { code, detail: rejectReasons[code] }
}

function rejectOf(error: z.ZodError, raw: unknown): Reject {
  const issue = error.issues[0]
  const field = issue?.path[0]
  if (typeof field !== 'string' || typeof raw !== 'object' || raw === null) return reject('not_an_object')
  const value: unknown = Object.entries(raw).find(([key]) => key === field)?.[1]
  if (value === undefined || value === null)
    return { code: `${field}_missing`, detail: `${field} is required` }
  return { code: `${field}_invalid`, detail: `${field}: ${issue?.message.toLowerCase()}` }
}
