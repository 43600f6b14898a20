import type { TimeZone } from '../format/format-time.ts'
import type { FindMatches } from './find-matches.ts'

/** How lines are shown. */
export interface LineView {
  zone: TimeZone
  /** Of what was searched for. */
  findMatches: FindMatches
  isWrapped: boolean
  /** Marks lines that arrived long after they were written. */
  tellsLate: boolean
}
