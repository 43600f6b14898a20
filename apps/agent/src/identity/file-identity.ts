import { createHmac, hash } from 'node:crypto'

/** A hash of some bytes of a file, keyed: the bytes may hold secrets, and ids made of it leave this machine. */
export interface Print {
  bytes: number
  hash: string
}

/** The first bytes of a file that tell it from others; fewer if there are fewer when it is first read. */
export const fingerprintBytesMax = 1_024

/** The bytes before an offset that prove that the file is still the one that was read up to there. */
export const markerBytesMax = 64

export function printOf(key: string, bytes: Uint8Array): Print {
  return {
    bytes: bytes.length,
    hash: createHmac('sha256', key).update(bytes).digest('base64url').slice(0, 22),
  }
}

export function isPrintOf(key: string, print: Print, bytes: Uint8Array): boolean {
  return print.bytes === bytes.length && printOf(key, bytes).hash === print.hash
}

export interface FileLife {
  device: bigint
  inode: bigint
  generation: number
  fingerprint: Print
}

/** The key of a file among the sources: it stays the same when the file is renamed. */
export function fileKey({ device, inode }: { device: bigint; inode: bigint }): string {
  return `${device}:${inode}`
}

/**
 * Gives the lines of one life of a file their ids: 128 bits of SHA-256 over device, inode, generation, fingerprint and
 * offset. They depend on nothing that a restart or a rename changes.
 */
export function createLineIds({
  device,
  inode,
  generation,
  fingerprint,
}: FileLife): (offset: number) => string {
  const life = `lb-file-1|${device}|${inode}|${generation}|${fingerprint.bytes}|${fingerprint.hash}|`
  return (offset) => hash('sha256', `${life}${offset}`).slice(0, 32)
}
