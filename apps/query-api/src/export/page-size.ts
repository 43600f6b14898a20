import type { FoundRow } from '@logboom/db'

/** How many rows to ask for, so that they are not too many bytes, by those that came. */
export interface PageSize {
  wanted(): number
  add(rows: readonly FoundRow[]): void
}

const rowsMax = 1_000
const rowsMin = 20
const charsMax = 1_000_000
/** What a row has besides its message. */
const otherChars = 300

/** Messages can have 64 KiB: a page of a thousand such would be more than an export may hold. */
export function createPageSize(): PageSize {
  let charsPerRow = charsMax / 200
  return {
    wanted: () => Math.round(Math.max(rowsMin, Math.min(rowsMax, charsMax / charsPerRow))),
    add(rows) {
      if (rows.length === 0) return
      const chars = rows.reduce((sum, { message }) => sum + message.length + otherChars, 0)
      charsPerRow = chars / rows.length
    },
  }
}
