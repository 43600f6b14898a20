import type { IncomingMessage } from 'node:http'
import type { Readable, Transform } from 'node:stream'
import zlib from 'node:zlib'
import { Problem } from '@logboom/contracts'

/** What of a request matters here. */
type BodyStream = Readable & Pick<IncomingMessage, 'headers'>

/** Bytes of bodies that this process holds at once, over all requests. */
export interface BodyBudget {
  used: number
  max: number
}

/**
 * Reads and decompresses a push of at most `bytesMax`, compressed or not, and gives it to `work`; until that is done,
 * its bytes count against the budget. Both phases stop at the first byte too many, so that a bomb costs no more than
 * the largest honest body.
 * @throws {Problem} 400, 413, 415, 503
 */
export async function withPushBody<T>(
  req: BodyStream,
  bytesMax: number,
  budget: BodyBudget,
  work: (body: Buffer) => Promise<T>,
): Promise<T> {
  const decoderOf = decoderFor(req)
  if (Number(req.headers['content-length'] ?? 0) > bytesMax) throw tooLarge(bytesMax)
  let charged = 0
  const charge = (bytes: number) => {
    charged += bytes
    budget.used += bytes
    if (budget.used > budget.max) throw overBudget()
  }
  try {
    const raw = await readRaw(req, bytesMax, charge)
    return await work(decoderOf ? await decode(decoderOf(raw), raw, bytesMax, charge) : raw)
  } finally {
    budget.used -= charged
  }
}

/** Output is allotted in pieces: few where there is much, small ones where there is little. Text shrinks five- to tenfold. */
function chunkSizeOf(raw: Buffer): number {
  return Math.min(262_144, Math.max(16_384, raw.length * 8))
}

// RFC 9659: a frame that asks for a larger window than 8 MiB is not meant for HTTP, and may ask for 128 MiB of memory.
const zstdWindow = { [zlib.constants.ZSTD_d_windowLogMax]: 23 }

const gunzip = (raw: Buffer) => zlib.createGunzip({ chunkSize: chunkSizeOf(raw) })

const decoders: Record<string, ((raw: Buffer) => Transform) | null> = {
  identity: null,
  gzip: gunzip,
  'x-gzip': gunzip,
  deflate: (raw) => {
    const options = { chunkSize: chunkSizeOf(raw) }
    return hasZlibHeader(raw) ? zlib.createInflate(options) : zlib.createInflateRaw(options)
  },
  br: (raw) => zlib.createBrotliDecompress({ chunkSize: chunkSizeOf(raw) }),
  zstd: (raw) => zlib.createZstdDecompress({ chunkSize: chunkSizeOf(raw), params: zstdWindow }),
}

function decoderFor(req: BodyStream): ((raw: Buffer) => Transform) | null {
  const name = (req.headers['content-encoding'] ?? '').trim().toLowerCase() || 'identity'
  const decoder = Object.hasOwn(decoders, name) ? decoders[name] : undefined
  if (decoder !== undefined) return decoder
  throw new Problem('unsupported_encoding', 'Content-Encoding must be gzip, deflate, br, zstd or identity.', {
    headers: { 'Accept-Encoding': 'gzip, deflate, br, zstd' },
  })
}

async function readRaw(req: BodyStream, bytesMax: number, charge: (bytes: number) => void): Promise<Buffer> {
  try {
    // by default, leaving the loop would cut the connection, and the client would never read why
    return await collect(req.iterator({ destroyOnReturn: false }), bytesMax, charge)
  } catch (error) {
    req.resume()
    if (error instanceof Problem) throw error
    throw new Problem('bad_request', 'The body ended before it was complete.', { cause: error })
  }
}

async function decode(
  decoder: Transform,
  raw: Buffer,
  bytesMax: number,
  charge: (bytes: number) => void,
): Promise<Buffer> {
  decoder.end(raw)
  try {
    return await collect(decoder, bytesMax, charge)
  } catch (error) {
    if (error instanceof Problem) throw error
    throw new Problem('corrupt_encoding', undefined, { cause: error })
  }
}

async function collect(
  chunks: AsyncIterable<Buffer>,
  bytesMax: number,
  charge: (bytes: number) => void,
): Promise<Buffer> {
  const collected: Buffer[] = []
  let bytes = 0
  for await (const chunk of chunks) {
    bytes += chunk.length
    if (bytes > bytesMax) throw tooLarge(bytesMax)
    charge(chunk.length)
    collected.push(chunk)
  }
  return Buffer.concat(collected)
}

function tooLarge(limit: number): Problem {
  return new Problem('payload_too_large', `The body may have at most ${limit} bytes, decompressed.`, {
    members: { limit },
  })
}

function overBudget(): Problem {
  return new Problem('overloaded', 'Too many large bodies are being read at once.', {
    headers: { 'Retry-After': '2' },
  })
}

/** "deflate" means zlib's format, but some senders leave its header out. */
function hasZlibHeader(body: Buffer): boolean {
  const [first = 0, second = 0] = body
  return (first & 0x0f) === 8 && ((first << 8) + second) % 31 === 0
}
