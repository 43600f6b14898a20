import { FieldWriter, jsonbVersion, postgresEpochUs } from './field-writer.ts'
import type { Row, RowFields } from './row.ts'
import { rowColumns, suborderOf } from './row.ts'
import { idOfUuid, uuidOf } from './row-id.ts'
import { formatMicros } from './timestamp.ts'

/**
 * A row of `agent_logs` as it travels in a job: one tuple of PostgreSQL's binary COPY format, columns in the order of
 * `rowColumns`. ingest-api writes it once, the writer hands it to COPY unread, and PostgreSQL need not parse it: 1.2 µs
 * of 6.7 per row less than with COPY text.
 */
export interface TupleWriter {
  /** Of the tuples since the last `take`. */
  readonly bytes: number
  add(row: Row): void
  /** The tuples so far; the writer begins anew. */
  take(): Buffer
}

/** Field count, a length before each field, and all fields of fixed size. */
const fixedBytes = 2 + rowColumns.length * 4 + 8 + 8 + 8 + 16 + 4 + 4 + 2 + 2 + 2
/** A UTF-16 unit takes at most so many bytes of UTF-8. */
const bytesPerUnitMax = 3
const nullLength = -1

export function createTupleWriter(bytesHint: number): TupleWriter {
  const fields = new FieldWriter(bytesHint)
  return {
    get bytes() {
      return fields.bytes
    },
    add(row) {
      const { message, groupId, attributes } = row
      const units = message.length + (groupId?.length ?? 0) + (attributes?.length ?? 0)
      fields.reserve(fixedBytes + 1 + units * bytesPerUnitMax)
      fields.count(rowColumns.length)
      fields.timestamp(row.time.us)
      fields.timestamp(row.createdUs)
      fields.bigint(row.streamId)
      fields.uuid(row.id)
      fields.integer(suborderOf(row.time.ns, row.seq))
      fields.integer(row.originalBytes)
      fields.smallint(row.retentionClass)
      fields.smallint(row.severity)
      fields.smallint(row.flags)
      fields.text(message)
      fields.text(groupId)
      fields.jsonb(attributes)
    },
    take: () => fields.take(),
  }
}

/** Bytes of the fields that always have the same size, by column; null: as long as it is. */
const sizes = [8, 8, 8, 16, 4, 4, 2, 2, 2, null, null, null] as const

/** The tuples one by one. Throws a RangeError where the bytes are none. */
export function splitTuples(rows: Buffer): Buffer[] {
  const tuples: Buffer[] = []
  for (let at = 0; at < rows.length;) {
    const end = endOfTuple(rows, at)
    tuples.push(rows.subarray(at, end))
    at = end
  }
  return tuples
}

/** How many there are: 0.03 µs each. Throws a RangeError where the bytes are none. */
export function countTuples(rows: Buffer): number {
  let tuples = 0
  for (let at = 0; at < rows.length; at = endOfTuple(rows, at)) tuples += 1
  return tuples
}

function endOfTuple(rows: Buffer, start: number): number {
  if (rows.readInt16BE(start) !== sizes.length) throw new RangeError('a tuple has another number of fields')
  let at = start + 2
  let length = nullLength
  for (const size of sizes) {
    length = rows.readInt32BE(at)
    const isOdd = size === null ? length < nullLength : length !== size && length !== nullLength
    if (isOdd) throw new RangeError('a field of a tuple has another size')
    at += 4 + Math.max(length, 0)
  }
  if (at > rows.length) throw new RangeError('a tuple ends too early')
  if (length !== nullLength && rows[at - length] !== jsonbVersion)
    throw new RangeError('the attributes of a tuple are no jsonb')
  return at
}

/** The fields of a tuple by column, as COPY text would show them; null for NULL. For what people read, not the hot path. */
export function decodeTuple(tuple: Buffer): RowFields {
  let at = 2
  const next = (read: (field: Buffer) => string): string | null => {
    const length = tuple.readInt32BE(at)
    at += 4
    if (length === nullLength) return null
    const field = tuple.subarray(at, at + length)
    at += length
    return read(field)
  }
  const time = (field: Buffer) => formatMicros(Number(field.readBigInt64BE()) + postgresEpochUs)
  const smallint = (field: Buffer) => String(field.readInt16BE())
  const integer = (field: Buffer) => String(field.readInt32BE())
  const text = (field: Buffer) => field.toString()
  return {
    timestamp: next(time),
    created_at: next(time),
    stream_id: next((field) => String(field.readBigInt64BE())),
    id: next((field) => uuidOf(idOfUuid(field.toString('hex')))),
    suborder: next(integer),
    original_bytes: next(integer),
    retention_class: next(smallint),
    severity: next(smallint),
    flags: next(smallint),
    message: next(text),
    group_id: next(text),
    attributes: next((field) => field.subarray(1).toString()),
  }
}
