import { promisify } from 'node:util'
import { constants, zstdCompressSync, zstdDecompress } from 'node:zlib'
import { PushRequest } from '@logboom/contracts'
import type { Entry, Gap } from '@logboom/contracts'
import type { EntryList } from './entry-list.ts'
import type { ReadReport } from './read-progress.ts'

const decompress = promisify(zstdDecompress)

export const bodyEncoding = 'zstd'

export interface BodyParts {
  /** The idempotency key. */
  key: string
  /** The agent's clock when the batch was sealed: part of the body, and a repeat must repeat the body. */
  sentAt: string
  gaps: readonly Gap[]
  /** How far all sources are read, with this body and those before it. */
  readUntil?: ReadReport | null
  /** JSON of the entries, with commas between. */
  logs: Uint8Array | EntryList
}

/** A body of a thousand lines comes out in one piece. */
const pieceBytes = 65_536
/** Of log lines, level 3 makes no less than the first, and takes half as long again. */
const params = { [constants.ZSTD_c_compressionLevel]: 1 }
const logsBegin = ',"logs":['
const logsEnd = ']}'

/**
 * The body of a push, as it is stored and sent. The same parts give the same JSON, byte for byte. A thousand lines keep
 * everybody waiting for half a millisecond; through the thread pool they cost twice as much.
 */
export async function packBody({ key, sentAt, gaps, readUntil, logs }: BodyParts): Promise<Buffer> {
  const head = JSON.stringify({
    batch_id: key,
    sent_at: sentAt,
    ...(gaps.length > 0 && { gaps }),
    ...(readUntil && { read_until: readUntil }),
  })
  const before = head.slice(0, -1) + logsBegin
  const json =
    logs instanceof Uint8Array
      ? Buffer.concat([Buffer.from(before), logs, Buffer.from(logsEnd)])
      : logs.enclose(before, logsEnd)
  // Told the size, zstd takes memory for that much and not for megabytes.
  return zstdCompressSync(json, { chunkSize: pieceBytes, pledgedSrcSize: json.length, params })
}

/** A body that was packed before, taken apart again. */
export async function unpackBody(
  body: Buffer,
): Promise<{ sentAt: string; gaps: Gap[]; entries: Entry[]; readUntil: ReadReport | null }> {
  const json: unknown = JSON.parse((await decompress(body)).toString())
  const { sent_at: sentAt = '', gaps = [], logs } = PushRequest.parse(json)
  // Of our own making.
  const { read_until: readUntil = null } = json as { read_until?: ReadReport }
  return { sentAt, gaps, entries: logs, readUntil }
}
