import { hash } from 'node:crypto'

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
  return { bytes: bytes.length, hash: keyedHash(key, bytes).slice(0, 22) }
}

const blockBytes = 64
const hashBytes = 32
const largest = Math.max(fingerprintBytesMax, markerBytesMax)
/** For both of its hashes: the key, then what is hashed. */
const inner = Buffer.alloc(blockBytes + largest)
const outer = Buffer.alloc(blockBytes + hashBytes)
let padded: string | null = null

/** HMAC-SHA-256, of two hashes: as an object of its own it takes twice as long, and each position has one. */
function keyedHash(key: string, bytes: Uint8Array): string {
  if (key !== padded) padWith(key)
  if (bytes.length > largest) throw new RangeError('so many bytes are no print')
  inner.set(bytes, blockBytes)
  outer.write(hash('sha256', inner.subarray(0, blockBytes + bytes.length), 'hex'), blockBytes, 'hex')
  return hash('sha256', outer, 'base64url')
}

function padWith(key: string): void {
  const given = Buffer.from(key)
  const block = Buffer.alloc(blockBytes)
  block.set(given.length > blockBytes ? hash('sha256', given, 'buffer') : given)
  for (const [at, byte] of block.entries()) {
    inner[at] = byte ^ 0x36
    outer[at] = byte ^ 0x5c
  }
  padded = key
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

/** 2^48 bytes are more than any file has. */
const offsetDigits = 12
const idDigits = 32

/**
 * Gives the lines of one life of a file their ids: 80 bits of SHA-256 over device, inode, generation and fingerprint,
 * and the offset. They depend on nothing that a restart or a rename changes. A hash of each line would say no more,
 * takes 1 µs, and cannot be compressed.
 */
export function createLineIds({
  device,
  inode,
  generation,
  fingerprint,
}: FileLife): (offset: number) => string {
  const life = `lb-file-2|${device}|${inode}|${generation}|${fingerprint.bytes}|${fingerprint.hash}`
  const prefix = hash('sha256', life).slice(0, idDigits - offsetDigits)
  return (offset) => prefix + offset.toString(16).padStart(offsetDigits, '0')
}
