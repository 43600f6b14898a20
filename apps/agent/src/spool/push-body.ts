import { promisify } from 'node:util'
import { zstdCompress, zstdDecompress } from 'node:zlib'
import { PushRequest } from '@logboom/contracts'
import type { Entry, Gap } from '@logboom/contracts'

const compress = promisify(zstdCompress)
const decompress = promisify(zstdDecompress)

export const bodyEncoding = 'zstd'

export interface BodyParts {
  /** The idempotency key. */
  key: string
  /** The agent's clock when the batch was sealed: part of the body, and a repeat must repeat the body. */
  sentAt: string
  gaps: readonly Gap[]
  /** Entries as JSON. */
  logs: readonly string[]
}

/** The body of a push, as it is stored and sent. The same parts give the same JSON, byte for byte. */
export async function packBody({ key, sentAt, gaps, logs }: BodyParts): Promise<Buffer> {
  const head = JSON.stringify({ batch_id: key, sent_at: sentAt, ...(gaps.length > 0 && { gaps }) })
  return compress(`${head.slice(0, -1)},"logs":[${logs.join(',')}]}`)
}

/** A body that was packed before, taken apart again. */
export async function unpackBody(body: Buffer): Promise<{ sentAt: string; gaps: Gap[]; entries: Entry[] }> {
  const {
    sent_at: sentAt = '',
    gaps = [],
    logs,
  } = PushRequest.parse(JSON.parse((await decompress(body)).toString()))
  return { sentAt, gaps, entries: logs }
}
