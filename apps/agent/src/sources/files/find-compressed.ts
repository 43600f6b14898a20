import { open } from 'node:fs/promises'
import { isPrintOf, printOf, fingerprintBytesMax } from '../../identity/file-identity.ts'
import type { Print } from '../../identity/file-identity.ts'
import type { FilePosition } from '../../spool/position.ts'
import { readCompressedLog } from '../pod-files/read-compressed-log.ts'
import type { LogReader } from '../pod-files/open-log.ts'
import type { FoundFile } from './find-files.ts'

/** A file that was rotated away and compressed, open at a place. */
export interface CompressedFile {
  found: FoundFile
  reader: Pick<LogReader, 'offset' | 'read' | 'close'>
}

const noBytes = Buffer.alloc(0)

/**
 * The compressed file that was the one of a position before: by the beginning of its content, and by the bytes before the
 * position. Its inode is another. Undefined when there is none.
 */
export async function findCompressed(
  files: readonly FoundFile[],
  position: FilePosition,
  printKey: string,
): Promise<CompressedFile | undefined> {
  const { fingerprint, marker, offset } = position
  if (fingerprint.bytes === 0) return undefined
  for (const found of files) {
    if (!isPrintOf(printKey, fingerprint, await readHead(found.path, fingerprint.bytes))) continue
    const reader = readCompressedLog(await open(found.path, 'r'))
    const isSame = await reader.seek({ offset, marker }, noBytes, printKey).catch(() => false)
    if (isSame) return { found, reader }
    await reader.close()
  }
  return undefined
}

/** What tells a compressed file from others: of its content, as of a plain one. Null when it cannot be read. */
export async function fingerprintOf({ path }: FoundFile, printKey: string): Promise<Print | null> {
  const head = await readHead(path, fingerprintBytesMax)
  return head.length === 0 ? null : printOf(printKey, head)
}

/** The first bytes of the content; fewer when there are fewer, or when they cannot be read. */
async function readHead(path: string, bytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let count = 0
  const handle = await open(path, 'r').catch(() => null)
  if (!handle) return noBytes
  const reader = readCompressedLog(handle)
  try {
    while (count < bytes) {
      const next = await reader.read(noBytes)
      if (!next || next === 'truncated') break
      const chunk = Buffer.from(next.bytes.subarray(next.knownBytes))
      chunks.push(chunk)
      count += chunk.length
    }
  } catch {
    return noBytes
  } finally {
    await reader.close()
  }
  return Buffer.concat(chunks).subarray(0, bytes)
}
