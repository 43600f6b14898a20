/** A frame of a multiplexed stream: 0 to 2 are the container's stdin, stdout and stderr, 3 is the engine itself. */
export interface Frame {
  stream: 0 | 1 | 2 | 3
  /** Valid until the next call. */
  payload: Buffer
}

/** The stream is not what it should be; only a new one will do. */
export class MisalignedStream extends Error {
  constructor() {
    super('the engine sent something that is no frame')
    this.name = 'MisalignedStream'
  }
}

export interface FrameDemuxer {
  /**
   * The frames that `chunk` completes, one at a time: who takes them may wait in between.
   * @throws {MisalignedStream}
   */
  write(chunk: Buffer): Generator<Frame>
}

const headerBytes = 8
/** Engines cut messages at 16 KiB. A length beyond this one is no length. */
const payloadBytesMax = 1_048_576

/** Takes frames out of a stream, wherever its chunks end, holding at most one frame that is not whole yet. */
export function createFrameDemuxer(): FrameDemuxer {
  let held: Buffer[] = []
  let heldBytes = 0
  /** How many bytes must be there before anything can be told. */
  let wanted = headerBytes

  return {
    *write(chunk) {
      held.push(chunk)
      heldBytes += chunk.length
      if (heldBytes < wanted) {
        // The chunk's memory may be another's before the next call.
        held[held.length - 1] = Buffer.from(chunk)
        return
      }
      const bytes = held.length === 1 ? chunk : Buffer.concat(held)
      let from = 0
      wanted = headerBytes
      while (bytes.length - from >= headerBytes) {
        const header = readHeader(bytes, from)
        wanted = headerBytes + header.payloadBytes
        if (bytes.length - from < wanted) break
        yield { stream: header.stream, payload: bytes.subarray(from + headerBytes, from + wanted) }
        from += wanted
        wanted = headerBytes
      }
      heldBytes = bytes.length - from
      held = heldBytes > 0 ? [Buffer.from(bytes.subarray(from))] : []
    },
  }
}

/** One byte for the stream, three zeros, and the length in four. */
function readHeader(bytes: Buffer, at: number): { stream: Frame['stream']; payloadBytes: number } {
  const [stream, ...zeros] = bytes.subarray(at, at + 4)
  const payloadBytes = bytes.readUInt32BE(at + 4)
  if (!isStream(stream) || zeros.some((byte) => byte !== 0) || payloadBytes > payloadBytesMax)
    throw new MisalignedStream()
  return { stream, payloadBytes }
}

function isStream(byte: number | undefined): byte is Frame['stream'] {
  return byte !== undefined && byte <= 3
}
