import { readFile } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { z } from 'zod'

/** What a part holds of one stream: enough for an exact gap, should the body be lost or dropped. */
const StreamPart = z.object({
  namespace: z.string(),
  podName: z.string(),
  containerName: z.string(),
  from: z.string(),
  to: z.string(),
  lines: z.int(),
})

/** What goes first while there is more than can be sent: streams that somebody follows, WARN and above, the rest. */
export const lanes = ['followed', 'urgent', 'rest'] as const
export type Lane = (typeof lanes)[number]

const PartHeader = z.object({
  /** The idempotency key. */
  key: z.string(),
  /** 1, 2, 3 … of this instance; null when it is given at the first attempt, because others may overtake it. */
  number: z.int().min(1).nullable(),
  lane: z.enum(lanes),
  entries: z.int().min(0),
  /** Gaps of the ledger that this part carries. */
  gapIds: z.array(z.int()),
  streams: z.array(StreamPart),
  body: z.object({ bytes: z.int().min(0), crc: z.int() }),
})

export const BatchHeader = z.object({
  v: z.literal(2),
  /** Counts the batches of this spool. */
  seq: z.int().min(1),
  /** Milliseconds since 1970. */
  sealedMs: z.number(),
  /** Each is a request of its own; all of them are on disk together with the positions behind them, or none. */
  parts: z.array(PartHeader).min(1),
})

export type BatchHeader = z.infer<typeof BatchHeader>
export type PartHeader = z.infer<typeof PartHeader>
export type StreamPart = z.infer<typeof StreamPart>

/** A batch as it lies on disk. A body is the very bytes that are sent: JSON, compressed with zstd. */
export interface StoredBatch {
  header: BatchHeader
  /** Where to go on reading when this batch is safe: as `formatPositions` writes them. */
  positions: string
  /** One for each part; null for one that is torn or damaged. */
  bodies: (Buffer | null)[]
}

const magic = Buffer.from('LBSPOOL2')
/** Magic, then the lengths of header and positions, the checksum of both, and of these three. */
const frameBytes = magic.length + 16

export function encodeBatch(
  header: Omit<BatchHeader, 'parts'> & { parts: (Omit<PartHeader, 'body'> & { body: Buffer })[] },
  positions: string,
): Buffer {
  const bodies = header.parts.map(({ body }) => body)
  const parts = header.parts.map((part) => ({
    ...part,
    body: { bytes: part.body.length, crc: crc32(part.body) },
  }))
  const head = Buffer.from(JSON.stringify({ ...header, parts }))
  const places = Buffer.from(positions)
  const frame = Buffer.alloc(frameBytes)
  magic.copy(frame)
  frame.writeUInt32LE(head.length, 8)
  frame.writeUInt32LE(places.length, 12)
  frame.writeUInt32LE(crc32(places, crc32(head)), 16)
  frame.writeUInt32LE(crc32(frame.subarray(0, 20)), 20)
  return Buffer.concat([frame, head, places, ...bodies])
}

/** The batch, perhaps without some of its bodies; null when not even the header can be trusted. */
export function decodeBatch(bytes: Buffer): StoredBatch | null {
  const front = frontOf(bytes)
  if (!front) return null
  const header = parseHeader(front.head)
  if (!header) return null
  let at = front.end
  const bodies = header.parts.map(({ body }) => {
    const content = bytes.subarray(at, (at += body.bytes))
    return content.length === body.bytes && crc32(content) === body.crc ? content : null
  })
  return { header, positions: front.places.toString(), bodies }
}

export async function readBatch(path: string): Promise<StoredBatch | null> {
  return decodeBatch(await readFile(path))
}

/** The positions alone, without a look at the rest; null when they cannot be trusted. */
export async function readPositions(path: string): Promise<string | null> {
  return frontOf(await readFile(path))?.places.toString() ?? null
}

export function batchFileName(seq: number): string {
  return `${String(seq).padStart(16, '0')}.batch`
}

/** The place of a batch file in the row; null for other files. */
export function seqOfFileName(name: string): number | null {
  const digits = /^(\d{16})\.batch$/.exec(name)?.[1]
  return digits === undefined ? null : Number(digits)
}

function frontOf(bytes: Buffer): { head: Buffer; places: Buffer; end: number } | null {
  if (bytes.length < frameBytes || !bytes.subarray(0, magic.length).equals(magic)) return null
  if (crc32(bytes.subarray(0, 20)) !== bytes.readUInt32LE(20)) return null
  const headEnd = frameBytes + bytes.readUInt32LE(8)
  const end = headEnd + bytes.readUInt32LE(12)
  if (crc32(bytes.subarray(frameBytes, end)) !== bytes.readUInt32LE(16)) return null
  return { head: bytes.subarray(frameBytes, headEnd), places: bytes.subarray(headEnd, end), end }
}

function parseHeader(head: Buffer): BatchHeader | null {
  try {
    return BatchHeader.parse(JSON.parse(head.toString()))
  } catch {
    return null
  }
}
