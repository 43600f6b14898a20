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
import { createStreamReader } from './entry-stream.ts'
import type { EntryStream, ReadStream } from './entry-stream.ts'
import { isEntry } from './is-entry.ts'
import { malformed } from './parse-push.ts'

/** An entry that is fit to be stored, apart from its retention and links. */
export interface CheckedEntry {
  time: LogTime
  /** One object for all entries of a push that say the same of their stream. */
  stream: EntryStream
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

export interface EntryRules {
  messageBytesMax: number
  /** No text of the push can hold what PostgreSQL does not take, so none is searched for it. */
  isClean: boolean
}

/** What checks the entries of one push. */
interface Check extends EntryRules {
  clean: (text: string) => string
  readStream: ReadStream
}

/** Checks entries of one push by the contract and brings their texts into a shape that PostgreSQL takes. */
export function createEntryChecker(rules: EntryRules): (raw: unknown) => CheckedEntry | Reject {
  const clean = rules.isClean ? (text: string) => text : cleanText
  const check = { ...rules, clean, readStream: createStreamReader(clean) }
  return (raw) => {
    if (isEntry(raw)) return checkEntry(raw, check)
    if (raw === malformed) return reject('malformed_json')
    const parsed = Entry.safeParse(raw)
    return parsed.success ? checkEntry(parsed.data, check) : rejectOf(parsed.error, raw)
  }
}

function checkEntry(entry: Entry, { messageBytesMax, clean, readStream }: Check): CheckedEntry | Reject {
  const time = parseTimestamp(entry.timestamp)
  if (!time) return { code: 'timestamp_invalid', detail: 'timestamp must be RFC 3339' }
  const tooLong = fieldTooLong(entry, clean)
  if (tooLong) return tooLong
  const full = clean(entry.message)
  const fullBytes = byteLength(full)
  const truncated = fullBytes > messageBytesMax
  const message = truncated ? cutBytes(full, messageBytesMax) : full
  const originalBytes = originalBytesOf(entry, truncated ? fullBytes : 0)
  const level = entry.level == null ? null : normaliseLevel(entry.level)
  const attributes = attributesOf(entry, level)
  return {
    time,
    stream: readStream(entry),
    entryId: entry.entry_id || null,
    seq: entry.seq ?? null,
    severity: level === null ? null : severityOf[level],
    flags: flagsOf(entry, originalBytes !== null, attributes.cut),
    message,
    messageBytes: truncated ? byteLength(message) : fullBytes,
    originalBytes,
    groupId: entry.group_id ? clean(entry.group_id) : null,
    attributes: attributes.json,
  }
}

/** What the sender has cut off was longer still than what is cut here; as much as the column holds. */
function originalBytesOf({ original_bytes: sent }: Entry, cutBytesHere: number): number | null {
  if (sent == null && cutBytesHere === 0) return null
  return Math.min(Math.max(cutBytesHere, sent ?? 0), integerMax)
}

const integerMax = 2_147_483_647

const noAttributes = { json: null, cut: false }

/** A level that nobody knows is kept where people can find it. */
function attributesOf(entry: Entry, level: Level | null): { json: string | null; cut: boolean } {
  const unknownLevel = entry.level != null && level === null && entry.attributes?.['level'] === undefined
  if (!entry.attributes && !unknownLevel) return noAttributes
  return boundAttributes(
    unknownLevel ? { level: entry.level, ...entry.attributes } : (entry.attributes ?? {}),
  )
}

function flagsOf(entry: Entry, truncated: boolean, attributesCut: boolean): number {
  const output = entry.output ? rowFlags[entry.output] : 0
  return output | (truncated ? rowFlags.truncated : 0) | (attributesCut ? rowFlags.attributesCut : 0)
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

function fieldTooLong(entry: Entry, clean: Check['clean']): Reject | null {
  for (const field of boundedFields) {
    const value = entry[field]
    // a UTF-16 unit is at most three bytes, so most values need no counting
    if (value == null || value.length * 3 <= fieldBytesMax[field]) continue
    const bytes = byteLength(clean(value))
    if (bytes > fieldBytesMax[field])
      return tooLong(`${field} has ${bytes} bytes, at most ${fieldBytesMax[field]}`)
  }
  return entry.labels ? labelsTooLong(entry.labels, clean) : null
}

function labelsTooLong(labels: Record<string, string>, clean: Check['clean']): Reject | null {
  const isLong = (text: string) =>
    text.length * 3 > fieldBytesMax.label && byteLength(clean(text)) > fieldBytesMax.label
  let count = 0
  let hasLong = false
  for (const key in labels) {
    count += 1
    hasLong ||= isLong(key) || isLong(labels[key] ?? '')
  }
  if (count > labelsMax) return tooLong(`${count} labels, at most ${labelsMax}`)
  return hasLong ? tooLong(`a label has more than ${fieldBytesMax.label} bytes`) : null
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
