import type { FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { isPrintOf } from '../../identity/file-identity.ts'
import { placeBytesMax } from './open-log.ts'
import type { LogReader } from './open-log.ts'

/** A log that was compressed when it had been rotated away. Offsets count its bytes as they were before. */
export function readCompressedLog(handle: FileHandle): Pick<LogReader, 'offset' | 'read' | 'seek' | 'close'> {
  const file = Readable.from(readChunks(handle), { objectMode: false })
  const content = createGunzip()
  file.on('error', (err) => content.destroy(err)).pipe(content)
  const chunks = (content as AsyncIterable<Buffer>)[Symbol.asyncIterator]()
  let offset = 0
  let tail: Buffer = Buffer.alloc(0)
  /** Decompressed and not given yet. */
  let rest: Buffer = Buffer.alloc(0)

  async function next(bytesMax: number): Promise<Buffer | null> {
    if (rest.length === 0) {
      const chunk = await chunks.next()
      if (chunk.done) return null
      rest = chunk.value
    }
    const bytes = Buffer.concat([tail, rest.subarray(0, bytesMax)])
    rest = rest.subarray(bytesMax)
    offset += bytes.length - tail.length
    tail = Buffer.from(bytes.subarray(-placeBytesMax))
    return bytes
  }

  return {
    get offset() {
      return offset
    },
    /** @throws where the file is damaged */
    async read() {
      const knownBytes = tail.length
      const bytes = await next(Infinity)
      return bytes && { bytes, knownBytes }
    },
    async seek(place, _buffer, printKey) {
      while (offset < place.offset) if (!(await next(place.offset - offset))) return false
      return isPrintOf(printKey, place.marker, tail.subarray(tail.length - place.marker.bytes))
    },
    async close() {
      file.destroy()
      content.destroy()
      await handle.close()
    },
  }
}

const chunkBytes = 65_536

/** The handle stays open: a stream of the file would close it when it likes. */
async function* readChunks(handle: FileHandle): AsyncGenerator<Buffer> {
  for (let position = 0; ;) {
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(chunkBytes), 0, chunkBytes, position)
    if (bytesRead === 0) return
    position += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
}
