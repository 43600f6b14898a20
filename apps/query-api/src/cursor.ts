import { createHash } from 'node:crypto'
import { Problem } from '@logboom/contracts'
import type { z } from 'zod'

/**
 * `[format, checksum of the filters, where to go on]` as base64url JSON: opaque to clients, and no secret.
 */
const format = 1
const charsMax = 4_096

/**
 * A cursor belongs to what was asked for: `filters` is all that decides which items there are and in which
 * order. It holds nothing that is trusted; who may see what is asked anew for each page.
 */
export function encodeCursor(filters: unknown, position: unknown): string {
  return Buffer.from(JSON.stringify([format, checksumOf(filters), position])).toString('base64url')
}

/** @throws {Problem} 400 for a cursor of other filters, or none of ours */
export function decodeCursor<S extends z.ZodType>(
  text: string,
  filters: unknown,
  Position: S,
  parameter = 'cursor',
): z.output<S> {
  const invalid = (detail: string) => new Problem('invalid_cursor', detail, { members: { parameter } })
  const content =
    text.length <= charsMax && /^[\w-]+$/.test(text) ? parseJson(Buffer.from(text, 'base64url')) : null
  if (!Array.isArray(content) || content[0] !== format) throw invalid('the cursor was not issued by this API')
  if (content[1] !== checksumOf(filters)) throw invalid('the cursor belongs to other filters')
  const position = Position.safeParse(content[2])
  if (!position.success) throw invalid('the cursor was not issued by this API')
  return position.data
}

function checksumOf(filters: unknown): string {
  return createHash('sha256').update(JSON.stringify(filters)).digest('base64url').slice(0, 12)
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return null
  }
}
