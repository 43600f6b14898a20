const nullLength = -1
/** PostgreSQL counts from the year 2000. */
export const postgresEpochUs = 946_684_800_000_000
/** The byte before the text of a jsonb. */
export const jsonbVersion = 1
const nothing = Buffer.alloc(0)

/** Writes the fields of PostgreSQL's binary COPY format one after the other: each its length, then its bytes. */
export class FieldWriter {
  readonly #bytesHint: number
  #buffer: Buffer = nothing
  // for numbers, at a third of the price of Buffer's own methods, which check them
  #view = viewOf(nothing)
  #at = 0

  constructor(bytesHint: number) {
    this.#bytesHint = bytesHint
  }

  /** Written since the last `take`. */
  get bytes(): number {
    return this.#at
  }

  /** Makes room for so many bytes: to be called before they are written. */
  reserve(bytes: number): void {
    if (this.#at + bytes <= this.#buffer.length) return
    const room = Math.max(this.#bytesHint, this.#buffer.length * 2, this.#at + bytes)
    const larger = Buffer.allocUnsafeSlow(room)
    this.#buffer.copy(larger, 0, 0, this.#at)
    this.#buffer = larger
    this.#view = viewOf(larger)
  }

  /** How many fields a tuple has. */
  count(fields: number): void {
    this.#view.setInt16(this.#at, fields)
    this.#at += 2
  }

  /** @throws {RangeError} where the value does not fit */
  smallint(value: number | null): void {
    if (value === null) return this.#int32(nullLength)
    requireRange(value, 2 ** 15)
    this.#int32(2)
    this.#view.setInt16(this.#at, value)
    this.#at += 2
  }

  /** @throws {RangeError} where the value does not fit */
  integer(value: number | null): void {
    if (value === null) return this.#int32(nullLength)
    requireRange(value, 2 ** 31)
    this.#int32(4)
    this.#int32(value)
  }

  bigint(value: bigint): void {
    this.#int32(8)
    this.#view.setBigInt64(this.#at, value)
    this.#at += 8
  }

  /** Microseconds since 1970. */
  timestamp(us: number): void {
    const since = us - postgresEpochUs
    this.#int32(8)
    this.#int32(Math.floor(since / 2 ** 32))
    this.#int32(since) // modulo 2^32, also of what is larger or negative
  }

  /** 16 bytes, a character each. */
  uuid(bytes: string): void {
    this.#int32(16)
    this.#at += this.#buffer.write(bytes, this.#at, 16, 'latin1')
  }

  text(value: string | null): void {
    if (value === null) return this.#int32(nullLength)
    const lengthAt = this.#at
    this.#at += 4
    this.#at += this.#buffer.write(value, this.#at)
    this.#view.setInt32(lengthAt, this.#at - lengthAt - 4)
  }

  /** JSON text. */
  jsonb(value: string | null): void {
    if (value === null) return this.#int32(nullLength)
    const lengthAt = this.#at
    this.#at += 4
    this.#buffer[this.#at++] = jsonbVersion
    this.#at += this.#buffer.write(value, this.#at)
    this.#view.setInt32(lengthAt, this.#at - lengthAt - 4)
  }

  /** What was written; the writer begins anew. */
  take(): Buffer {
    const written = this.#buffer.subarray(0, this.#at)
    this.#buffer = nothing
    this.#view = viewOf(nothing)
    this.#at = 0
    return written
  }

  #int32(value: number): void {
    this.#view.setInt32(this.#at, value)
    this.#at += 4
  }
}

/** A view would wrap the number round, and another would be stored. */
function requireRange(value: number, end: number): void {
  if (!(value >= -end && value < end)) throw new RangeError(`${value} does not fit its column`)
}

function viewOf({ buffer, byteOffset, byteLength }: Buffer): DataView {
  return new DataView(buffer, byteOffset, byteLength)
}
