import type { Database, FoundRow, RowPosition } from '@logboom/db'
import { queryTimeout } from './database-problems.ts'
import { skipRows, walkRows } from './walk-rows.ts'
import type { Walk } from './walk-rows.ts'

export interface PageRequest {
  offset: number
  limit: number
}

export interface Page {
  rows: FoundRow[]
  hasMore: boolean
  /**
   * Where the next page begins: after the last row, or beyond all that was looked at. Null when there is no
   * more.
   */
  next: RowPosition | null
  /** Rows passed over by `offset`. */
  skipped: number
  cutShort: boolean
}

/**
 * One page of a walk. `hasMore` is exact, for one row more than the page is looked for, unless time runs out
 * first.
 */
export async function findPage(db: Database, walk: Walk, request: PageRequest): Promise<Page> {
  const { limit } = request
  const start = await startOf(db, walk, request)
  const rows: FoundRow[] = []
  let { skipped } = start
  if (!walk.matches && skipped < request.offset)
    return { rows, hasMore: false, next: null, skipped, cutShort: false }
  for await (const step of walkRows(db, { ...walk, after: start.after }, () => limit + 1 - rows.length)) {
    for (const row of step.rows) {
      if (skipped < request.offset) skipped += 1
      else rows.push(row)
    }
    if (rows.length > limit) {
      const page = rows.slice(0, limit)
      return { rows: page, hasMore: true, next: positionOf(page.at(-1)), skipped, cutShort: false }
    }
    if (performance.now() > walk.deadlineMs) {
      // A cursor cannot say how much is still to be passed over.
      if (skipped < request.offset) throw queryTimeout()
      return { rows, hasMore: true, next: step.position, skipped, cutShort: true }
    }
  }
  return { rows, hasMore: false, next: null, skipped, cutShort: false }
}

/** PostgreSQL passes over rows by itself, unless it is this process that judges them. */
async function startOf(
  db: Database,
  walk: Walk,
  { offset }: PageRequest,
): Promise<{ skipped: number; after: RowPosition | null }> {
  if (walk.matches || offset === 0) return { skipped: 0, after: walk.after }
  return skipRows(db, walk, offset)
}

function positionOf(row: FoundRow | undefined): RowPosition | null {
  return row ? { us: row.us, suborder: row.suborder, id: row.id } : null
}
