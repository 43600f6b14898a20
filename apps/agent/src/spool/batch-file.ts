import { readFile } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { z } from 'zod'
import { Position } from './position.ts'

/** What a batch holds of one stream: enough for an exact gap, should the body be lost. */
const StreamPart = z.object({
  namespace: z.string(),
  podName: z.string(),
  containerName: z.string(),
  from: z.string(),
  to: z.string(),
  lines: z.int(),
})

export const BatchHeader = z.object({
  v: z.literal(1),
  /** 1, 2, 3 … of this instance. */
  number: z.int().min(1),
  /** The idempotency key. */
  key: z.string(),
  entries: z.int().min(0),
  /** Milliseconds since 1970. */
  sealedMs: z.number(),
  /** Where to go on reading when this batch is safe, by source. */
  positions: z.record(z.string(), Position),
  /** Gaps of the checkpoint that this batch carries. */
  gapIds: z.array(z.int()),
  streams: z.array(StreamPart),
})

export type BatchHeader = z.infer<typeof BatchHeader>
export type StreamPart = z.infer<typeof StreamPart>

/** A batch as it lies on disk: the body is the very bytes that are sent, zstd-compressed JSON. */
export interface StoredBatch {
  header: BatchHeader
  body: Buffer
}

const magic = Buffer.from('LBSPOOL1')
/** Magic, then lengths and checksums of header and body. */
const frameBytes = magic.length + 16

export function encodeBatch({ header, body }: StoredBatch): Buffer {
  const head = Buffer.from(JSON.stringify(header))
  const frame = Buffer.alloc(frameBytes)
  magic.copy(frame)
  const numbers = [head.length, body.length, crc32(head), crc32(body)]
  for (const [index, number] of numbers.entries()) frame.writeUInt32LE(number, magic.length + index * 4)
  return Buffer.concat([frame, head, body])
}

/** The batch; its header alone when the body is torn or damaged; null when not even that can be trusted. */
export function decodeBatch(bytes: Buffer): StoredBatch | { header: BatchHeader; body: null } | null {
  if (bytes.length < frameBytes || !bytes.subarray(0, magic.length).equals(magic)) return null
  const number = (index: number) => bytes.readUInt32LE(magic.length + index * 4)
  const bodyStart = frameBytes + number(0)
  const head = bytes.subarray(frameBytes, bodyStart)
  if (crc32(head) !== number(2)) return null
  const header = parseHeader(head)
  if (!header) return null
  const body = bytes.subarray(bodyStart)
  const isWhole = body.length === number(1) && crc32(body) === number(3)
  return { header, body: isWhole ? body : null }
}

export async function readBatch(path: string): Promise<ReturnType<typeof decodeBatch>> {
  return decodeBatch(await readFile(path))
}

export function batchFileName(number: number): string {
  return `${String(number).padStart(16, '0')}.batch`
}

/** The number of a batch file; null for other files. */
export function numberOfFileName(name: string): number | null {
  const digits = /^(\d{16})\.batch$/.exec(name)?.[1]
  return digits === undefined ? null : Number(digits)
}

function parseHeader(head: Buffer): BatchHeader | null {
  try {
    return BatchHeader.parse(JSON.parse(head.toString()))
  } catch {
    return null
  }
}
