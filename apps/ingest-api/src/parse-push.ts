import type { IncomingHttpHeaders } from 'node:http'
import { cleanText, mayNeedCleaning, Problem, PushBody, pushHeaders } from '@logboom/contracts'
import { hasMoreValues } from './has-more-values.ts'
import { readSentAt, sentAtOf } from './sent-at.ts'

/** A push as it came: nothing in it is checked but its outer shape. */
export interface Push {
  /** One per entry; a line of NDJSON that is not JSON is `malformed`. */
  entries: unknown[]
  gaps: unknown[]
  /** No text of the entries can hold what PostgreSQL does not take. */
  isClean: boolean
  /** The sender's clock, microseconds; null when it said nothing. */
  sentUs: number | null
  /** Idempotency key as the sender gave it; null when it gave none. */
  key: string | null
  instance: string
  batchNumber: number | null
  /** How far the sender has read; undefined when it said nothing. */
  readUntil: unknown
}

/** Stands for a line that is not JSON, so that its index is kept. */
export const malformed: unique symbol = Symbol('malformed')

export type PushFormat = 'json' | 'ndjson'

/** @throws {Problem} 415 */
export function formatOf(headers: IncomingHttpHeaders): PushFormat {
  const type = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase()
  if (type === 'application/json') return 'json'
  if (type === 'application/x-ndjson' || type === 'application/ndjson' || type === 'application/jsonl')
    return 'ndjson'
  throw new Problem(
    'unsupported_media_type',
    'Content-Type must be application/json or application/x-ndjson.',
    {
      headers: { 'Accept-Post': 'application/json, application/x-ndjson' },
    },
  )
}

const utf8 = new TextDecoder()

/**
 * Invalid UTF-8 becomes U+FFFD.
 * @throws {Problem} 400, 413, 422
 * @throws {ZodError} (422) when the envelope has another shape
 */
export function parsePush(
  body: Buffer,
  format: PushFormat,
  headers: IncomingHttpHeaders,
  entriesMax: number,
): Push {
  refuseDense(body, entriesMax)
  const text = utf8.decode(body)
  const content = format === 'json' ? parseEnvelope(text, entriesMax) : parseLines(text, entriesMax)
  return {
    entries: content.entries,
    gaps: content.gaps,
    isClean: !mayNeedCleaning(text),
    sentUs: latest(content.sentAt === null ? null : readSentAt(content.sentAt), sentAtOf(headers)),
    key: checkKey(headerOf(headers, pushHeaders.idempotencyKey) ?? content.batchId),
    instance: (headerOf(headers, pushHeaders.instance) ?? '').slice(0, 128),
    batchNumber: readBatchNumber(headerOf(headers, pushHeaders.batchNumber)),
    readUntil: content.readUntil,
  }
}

interface Content {
  entries: unknown[]
  gaps: unknown[]
  sentAt: string | null
  batchId: string | null
  readUntil: unknown
}

/** Too small for its values to fill the memory, whatever they are. */
const harmlessBytes = 1_048_576
/** On average: the fields of an entry, its labels and attributes are 112 at most, and attributes may be nested. */
const valuesPerEntryMax = 1_000

function refuseDense(body: Buffer, entriesMax: number): void {
  if (body.length <= harmlessBytes || !hasMoreValues(body, entriesMax * valuesPerEntryMax)) return
  throw new Problem('payload_too_large', 'The body holds more values than its entries can have.', {
    members: { limit: entriesMax * valuesPerEntryMax },
  })
}

function parseEnvelope(text: string, entriesMax: number): Content {
  const json = parseJson(text)
  if (typeof json === 'object' && json !== null) {
    // before zod copies it, item by item
    for (const list of ['logs', 'gaps'] as const) {
      const items: unknown = Reflect.get(json, list)
      if (Array.isArray(items) && items.length > entriesMax) throw tooMany(list, entriesMax, items.length)
    }
  }
  const { logs, gaps, sent_at: sentAt, batch_id: batchId, read_until: readUntil } = PushBody.parse(json)
  return { entries: logs, gaps: gaps ?? [], sentAt: sentAt || null, batchId: batchId ?? null, readUntil }
}

/**
 * NDJSON has no envelope: everything else travels in headers, a line `{"gap":{…}}` is a gap, and one `{"read_until":{…}}`
 * says how far the sender has read; of several, the last.
 */
function parseLines(text: string, entriesMax: number): Content {
  const content: Content = { entries: [], gaps: [], sentAt: null, batchId: null, readUntil: undefined }
  for (const line of linesOf(text)) {
    const value = parseLine(line)
    if (isLineOf('read_until', value)) {
      content.readUntil = value.read_until
      continue
    }
    const isGap = isLineOf('gap', value)
    const list = isGap ? content.gaps : content.entries
    if (list.length === entriesMax) throw tooMany(isGap ? 'gaps' : 'logs', entriesMax)
    list.push(isGap ? value.gap : value)
  }
  return content
}

/** Lines that are not blank, one at a time: a body of nothing but newlines must not become an array. */
function* linesOf(text: string): Generator<string> {
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf('\n', start)
    const end = newline === -1 ? text.length : newline
    const line = end === start ? '' : text.slice(start, end).trim()
    if (line !== '') yield line
    start = end + 1
  }
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return malformed
  }
}

function isLineOf<K extends string>(key: K, value: unknown): value is Record<K, unknown> {
  return typeof value === 'object' && value !== null && key in value && Object.keys(value).length === 1
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    // V8's message quotes the body; only the position is for the client
    const position = / at position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1]
    throw new Problem(
      'malformed_json',
      position ? `The JSON breaks off or is wrong at character ${position}.` : undefined,
    )
  }
}

const keyLengthMax = 256

function checkKey(key: string | null): string | null {
  if (key === null) return null
  if (key.length > keyLengthMax)
    throw new Problem('invalid_body', `The idempotency key has more than ${keyLengthMax} characters.`)
  // it is stored with the batch, and PostgreSQL takes neither
  if (cleanText(key) === key) return key
  throw new Problem('invalid_body', 'The idempotency key must not contain NUL or half of a surrogate pair.')
}

/** A repeat's body tells when it was first sent, its header when it was sent now: by then its lines may have expired. */
function latest(...sentUs: (number | null)[]): number | null {
  const times = sentUs.filter((us) => us !== null)
  return times.length === 0 ? null : Math.max(...times)
}

function readBatchNumber(text: string | null): number | null {
  if (text === null) return null
  const number = /^[1-9]\d*$/.test(text) ? Number(text) : Number.NaN
  if (Number.isSafeInteger(number)) return number
  throw new Problem('bad_request', `${pushHeaders.batchNumber} must be a positive integer.`)
}

function headerOf(headers: IncomingHttpHeaders, name: string): string | null {
  const value = headers[name]
  return typeof value === 'string' && value !== '' ? value : null
}

function tooMany(list: 'logs' | 'gaps', limit: number, count?: number): Problem {
  const what = list === 'logs' ? 'entries' : 'gaps'
  const detail = `A batch may have at most ${limit} ${what}${count === undefined ? '' : `, not ${count}`}.`
  return new Problem('too_many_entries', detail, { members: { limit } })
}
