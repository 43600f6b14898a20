import type { FileHandle } from 'node:fs/promises'
import { isPrintOf } from '../../identity/file-identity.ts'
import { accessOf } from '../files/file-access.ts'
import type { FileAccess } from '../files/file-access.ts'
import { placeBytesMax } from './open-log.ts'
import type { LogBytes, LogReader } from './open-log.ts'

interface State {
  access: FileAccess
  offset: number
  /** The bytes before the offset. */
  tail: Buffer
  modifiedNs: bigint
}

/** A log that may still grow. */
export async function readPlainLog(
  handle: FileHandle,
  path: string,
): Promise<Pick<LogReader, 'offset' | 'read' | 'seek' | 'close'>> {
  const access = await accessOf(handle, path)
  const state: State = { access, offset: 0, tail: Buffer.alloc(0), modifiedNs: -1n }
  return {
    get offset() {
      return state.offset
    },
    async seek({ offset, marker }, buffer, printKey) {
      const count = await access.read(buffer, marker.bytes, Math.max(0, offset - marker.bytes))
      const before = Buffer.from(buffer.subarray(0, count))
      if (!isPrintOf(printKey, marker, before)) return false
      Object.assign(state, { offset, tail: before })
      return true
    },
    read: (buffer) => readOn(state, buffer),
    close: () => handle.close(),
  }
}

async function readOn(state: State, buffer: Buffer): Promise<LogBytes | 'truncated' | null> {
  const { access, offset, tail } = state
  const { size, modifiedNs } = await access.look()
  if (size === offset && modifiedNs === state.modifiedNs) return null
  const known = tail.length
  // No further than the size that was told, but never less than what must be there.
  const wanted = Math.max(known, Math.min(buffer.length, size - offset + known))
  const count = await access.read(buffer, wanted, offset - known)
  // Truncated, and perhaps grown again: the bytes before the offset are not those that were read.
  if (size < offset || !tail.equals(buffer.subarray(0, Math.min(known, count)))) return 'truncated'
  state.modifiedNs = modifiedNs
  if (count === known) return null
  state.offset += count - known
  state.tail = Buffer.from(buffer.subarray(Math.max(0, count - placeBytesMax), count))
  return { bytes: buffer.subarray(0, count), knownBytes: known }
}
