import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import type { Print } from '../../identity/file-identity.ts'
import { readCompressedLog } from './read-compressed-log.ts'
import { readPlainLog } from './read-plain-log.ts'

/** A place in a log file, by which it is found again, also after it was renamed or compressed. */
export interface LogPlace {
  offset: number
  /** Of the bytes before the offset. */
  marker: Print
}

export interface LogBytes {
  /** Valid until the next call. Begins with bytes that were read before. */
  bytes: Buffer
  /** How many these are. */
  knownBytes: number
}

/** One log file, open, however it is called meanwhile. */
export interface LogReader {
  readonly inode: string
  readonly isCompressed: boolean
  /** Up to where bytes were given. */
  readonly offset: number
  /** Moves a log of which nothing was read to a place; false when its content is not what it was there. */
  seek(place: LogPlace, buffer: Buffer, printKey: string): Promise<boolean>
  /** The next bytes; null when there are none for now, or none at all where it is compressed. */
  read(buffer: Buffer): Promise<LogBytes | 'truncated' | null>
  /** What the file system says of it now. */
  look(): Promise<LogLook>
  close(): Promise<void>
}

export interface LogLook {
  size: number
  modifiedMs: number
  isDeleted: boolean
}

/** So many bytes before an offset prove that the file is the one that was read: mostly more than a line with its time. */
export const placeBytesMax = 1_024

/** Opens a log at its beginning. */
export async function openLog(path: string, isCompressed: boolean): Promise<LogReader> {
  const handle = await open(path, 'r')
  try {
    const { ino } = await handle.stat({ bigint: true })
    const content = isCompressed ? readCompressedLog(handle) : await readPlainLog(handle, path)
    // Not spread: what it tells changes.
    return Object.assign(content, { inode: String(ino), isCompressed, look: () => lookAt(handle) })
  } catch (err) {
    await handle.close()
    throw err
  }
}

async function lookAt(handle: FileHandle): Promise<LogLook> {
  const { size, mtimeMs, nlink } = await handle.stat()
  return { size, modifiedMs: mtimeMs, isDeleted: nlink === 0 }
}
