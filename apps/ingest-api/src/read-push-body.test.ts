import { once } from 'node:events'
import { Readable } from 'node:stream'
import zlib from 'node:zlib'
import { Problem } from '@logboom/contracts'
import { describe, expect, test } from 'vitest'
import { withPushBody } from './read-push-body.ts'

const bytesMax = 1_000_000
const body = Buffer.from(JSON.stringify({ logs: ['ä€😀'.repeat(5_000)] }))

const encoders: Record<string, (plain: Buffer) => Buffer> = {
  identity: (plain) => plain,
  gzip: (plain) => zlib.gzipSync(plain),
  'x-gzip': (plain) => zlib.gzipSync(plain),
  deflate: (plain) => zlib.deflateSync(plain),
  // its default quality would take ten seconds for a bomb
  br: (plain) => zlib.brotliCompressSync(plain, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 4 } }),
  zstd: (plain) => zlib.zstdCompressSync(plain),
}

/** A request of the given chunks. */
function request(encoding: string, chunks: Iterable<Buffer>) {
  return Object.assign(Readable.from(chunks, { objectMode: false }), {
    headers: { 'content-encoding': encoding },
  })
}

function read(encoding: string, sent: Buffer, budget = { used: 0, max: 10 * bytesMax }): Promise<Buffer> {
  return withPushBody(
    request(encoding, [sent.subarray(0, 3), sent.subarray(3)]),
    bytesMax,
    budget,
    async (read) => read,
  )
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => null,
    (failure: unknown) => failure,
  )
  return error instanceof Problem ? error.code : String(error)
}

describe('a body', () => {
  test.each(Object.keys(encoders))('in %s comes out as it went in', async (encoding) => {
    const encode = encoders[encoding] ?? ((plain) => plain)
    expect(await read(encoding, encode(body))).toEqual(body)
    expect(await read(encoding.toUpperCase(), encode(Buffer.from('x')))).toEqual(Buffer.from('x'))
  })

  test('in deflate may lack the header of zlib', async () => {
    expect(await read('deflate', zlib.deflateRawSync(body))).toEqual(body)
  })

  test('in gzip may have several members', async () => {
    const members = Buffer.concat([zlib.gzipSync(body), zlib.gzipSync(body)])
    expect(await read('gzip', members)).toEqual(Buffer.concat([body, body]))
  })

  test.each(['gzip', 'deflate', 'br', 'zstd'])(
    'in %s that is cut off or no such thing is corrupt',
    async (encoding) => {
      const whole = encoders[encoding]?.(body) ?? body
      for (const sent of [
        whole.subarray(0, -6),
        whole.subarray(0, 8),
        Buffer.alloc(0),
        Buffer.from('plain text'),
      ])
        expect(await codeOf(read(encoding, sent))).toBe('corrupt_encoding')
    },
  )

  test.each(['compress', 'gzip, br', '__proto__', 'constructor'])(
    'in %s is not understood',
    async (encoding) => {
      expect(await codeOf(read(encoding, body))).toBe('unsupported_encoding')
    },
  )

  test('that fails on its way is no fault of ours', async () => {
    const broken = request('identity', [])
    broken.destroy(new Error('reset'))
    const work = withPushBody(broken, bytesMax, { used: 0, max: bytesMax }, async () => null)
    expect(await codeOf(work)).toBe('bad_request')
  })
})

describe('a body that is too large', () => {
  test.each(Object.keys(encoders))('is refused in %s, at the first byte too many', async (encoding) => {
    const encode = encoders[encoding] ?? ((plain) => plain)
    expect(await read(encoding, encode(Buffer.alloc(bytesMax)))).toHaveLength(bytesMax)
    expect(await codeOf(read(encoding, encode(Buffer.alloc(bytesMax + 1))))).toBe('payload_too_large')
  })

  test.each(['gzip', 'deflate', 'br', 'zstd'])(
    'costs no more than the limit when it is a bomb of %s',
    async (encoding) => {
      const bomb = encoders[encoding]?.(Buffer.alloc(100 * bytesMax)) ?? body
      const budget = { used: 0, max: 2 * bytesMax }
      expect(bomb.length).toBeLessThan(bytesMax)
      expect(await codeOf(read(encoding, bomb, budget))).toBe('payload_too_large')
      expect(budget.used).toBe(0)
    },
  )

  test('in zstd is one that wants a window larger than HTTP allows', async () => {
    const params = { [zlib.constants.ZSTD_c_windowLog]: 27, [zlib.constants.ZSTD_c_contentSizeFlag]: 0 }
    const encoder = zlib.createZstdCompress({ params })
    encoder.write(body)
    encoder.end()
    expect(await codeOf(read('zstd', Buffer.concat(await encoder.toArray())))).toBe('corrupt_encoding')
  })

  test('is refused by its announced length, before it is read', async () => {
    const unread = Object.assign(request('identity', []), {
      headers: { 'content-length': String(bytesMax + 1) },
    })
    const work = withPushBody(unread, bytesMax, { used: 0, max: bytesMax }, async () => null)
    expect(await codeOf(work)).toBe('payload_too_large')
    expect(unread.readableDidRead).toBe(false)
  })

  test('leaves the connection be, so that the client can read why', async () => {
    const large = request('identity', [
      Buffer.alloc(bytesMax),
      Buffer.alloc(bytesMax),
      Buffer.alloc(bytesMax),
    ])
    const work = withPushBody(large, bytesMax, { used: 0, max: 10 * bytesMax }, async () => null)
    expect(await codeOf(work)).toBe('payload_too_large')
    await once(large, 'end')
    expect(large.readableAborted).toBe(false)
  })
})

describe('the budget', () => {
  test('holds what is read and what it became until the work is done, whatever its end', async () => {
    const budget = { used: 0, max: 10 * bytesMax }
    const sent = zlib.gzipSync(body)
    const work = withPushBody(request('gzip', [sent]), bytesMax, budget, async () => {
      expect(budget.used).toBe(sent.length + body.length)
      throw new Error('failed')
    })
    await expect(work).rejects.toThrow('failed')
    expect(budget.used).toBe(0)
  })

  test('that is spent means 503, for decompressed bytes too', async () => {
    expect(await codeOf(read('identity', body, { used: 900, max: 1_000 }))).toBe('overloaded')
    expect(await codeOf(read('gzip', zlib.gzipSync(body), { used: 0, max: 2_000 }))).toBe('overloaded')
  })
})
