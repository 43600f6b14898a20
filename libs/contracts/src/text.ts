const encoder = new TextEncoder()

/** What PostgreSQL and JSON cannot hold becomes U+FFFD: NUL and lone surrogates. */
export function cleanText(text: string): string {
  const wellFormed = text.isWellFormed() ? text : text.toWellFormed()
  return wellFormed.includes('\0') ? wellFormed.replaceAll('\0', '\u{fffd}') : wellFormed
}

const uncleanEscape = /\\u(0000|d[89a-f])/i

/**
 * Whether JSON text has an escape that can make what `cleanText` replaces; without one, none of its strings needs that.
 * The text itself must be well-formed.
 */
export function mayNeedCleaning(json: string): boolean {
  return json.includes('\\u') && uncleanEscape.test(json)
}

/** Length in UTF-8 bytes. */
export function byteLength(text: string): number {
  return Buffer.byteLength(text)
}

/** The longest prefix of at most `bytesMax` UTF-8 bytes that ends on a code point. */
export function cutBytes(text: string, bytesMax: number): string {
  if (text.length * 3 <= bytesMax) return text
  const { read } = encoder.encodeInto(text, new Uint8Array(bytesMax))
  return text.slice(0, read)
}
