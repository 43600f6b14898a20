import { byteLength, cutBytes } from '@logboom/contracts'

export interface Truncated {
  message: string
  /** UTF-8 bytes of the whole message; null when nothing was cut. */
  originalBytes: number | null
}

/**
 * Cuts a message to `bytesMax` UTF-8 bytes, on a code point, and says at its end how much is missing: `…[+N bytes]`.
 * `lostBytes` were dropped before, by the line splitter.
 */
export function truncate(text: string, bytesMax: number, lostBytes = 0): Truncated {
  if (lostBytes === 0 && text.length * 3 <= bytesMax) return { message: text, originalBytes: null }
  const originalBytes = byteLength(text) + lostBytes
  if (originalBytes <= bytesMax) return { message: text, originalBytes: null }
  // The note is made for the largest number it could hold, so that the message stays within the bound.
  const noteBytes = byteLength(noteOf(originalBytes))
  const head = cutBytes(text, bytesMax - noteBytes)
  return { message: head + noteOf(originalBytes - byteLength(head)), originalBytes }
}

function noteOf(bytes: number): string {
  return `…[+${bytes} bytes]`
}
