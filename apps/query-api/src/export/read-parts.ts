import type { FoundRow, ReadScope, RowPosition, StreamFilter } from '@logboom/db'
import { beginSearch } from '../begin-search.ts'
import { isCountable } from '../count-from-counts.ts'
import { decodeCursor, encodeCursor } from '../cursor.ts'
import { widthOfRows } from '../guess-windows.ts'
import type { LogSearch } from '../log-search.ts'
import { LogPosition } from '../log-position.ts'
import { planWalk, timesOf } from '../plan-walk.ts'
import type { Times } from '../plan-walk.ts'
import type { QueryDeps } from '../query-deps.ts'
import { rangeAfter, walkRows } from '../walk-rows.ts'
import type { Walk, WalkStep, WalkWindows } from '../walk-rows.ts'
import { createEvenWindows } from './even-windows.ts'
import type { ExportQuery } from './export-query.ts'
import { createPageSize } from './page-size.ts'
import type { PageSize } from './page-size.ts'

/** Rows in order, and a cursor to go on after them. */
export interface RowsPart {
  rows: FoundRow[]
  nextCursor: string
}

/** Everything that is asked for anew from time to time: who may see what of it can change while an export runs. */
export interface ExportSubject {
  scope: ReadScope
  streams: StreamFilter
}

export interface ExportRequest {
  query: ExportQuery
  /** What a cursor belongs to. */
  filters: unknown
  signal: AbortSignal
  /** @throws {Problem} when the caller may not read it, or not any more */
  findSubject(): Promise<ExportSubject>
}

interface ReadDeps {
  db: QueryDeps['db']
  config: Pick<QueryDeps['config'], 'MAX_INSTANCES'>
}

const ExportPosition = LogPosition.omit({ seen: true })

/** A part that is not full is told after so long, so that the way to the client is not taken for dead. */
const partMs = 5_000

/**
 * The rows of a search to its end, in parts of about a thousand rows or a megabyte. It holds no transaction: each statement
 * is one of its own, bounded like that of any search, and goes on after the last row of the one before. What there is, and
 * who may see it, is looked up again every `legMs`.
 */
export async function* readParts(
  deps: ReadDeps,
  request: ExportRequest,
  { legMs = 10_000 }: { legMs?: number } = {},
): AsyncGenerator<RowsPart> {
  const { query, filters } = request
  const start = query.cursor === undefined ? null : decodeCursor(query.cursor, filters, ExportPosition)
  let after: RowPosition | null = start?.after ?? null
  let times: Times | null = start && { since: start.since, until: start.until }
  for (let isCovered = false; !isCovered;) {
    const leg = await beginLeg(deps, request, { after, times })
    times = leg.times
    const size = createPageSize()
    const endMs = performance.now() + legMs
    isCovered = true
    const steps = walkRows(deps.db, leg.walk, size.wanted, windowsOf(leg.walk, size))
    for await (const step of inParts(steps, size)) {
      after = step.position
      yield { rows: step.rows, nextCursor: encodeCursor(filters, { after, ...times }) }
      if (performance.now() < endMs) continue
      isCovered = false
      break
    }
  }
}

/** What is known to lie in a few places is looked for in all of them at once, as ever. */
function windowsOf(walk: Walk, { wanted }: PageSize): WalkWindows | undefined {
  if (walk.spans) return undefined
  return createEvenWindows(rangeAfter(walk), {
    order: walk.order,
    nowUs: walk.nowUs,
    firstUs: widthOfRows(walk, walk.nowUs, wanted()),
    rows: wanted,
    canCount: isCountable(walk),
  })
}

async function* inParts(steps: AsyncIterable<WalkStep>, size: PageSize): AsyncGenerator<WalkStep> {
  let rows: FoundRow[] = []
  let beganMs = performance.now()
  let position: RowPosition | null = null
  for await (const step of steps) {
    size.add(step.rows)
    rows.push(...step.rows)
    position = step.position
    const nowMs = performance.now()
    if (rows.length < size.wanted() && nowMs - beganMs < partMs) continue
    yield { rows, position }
    rows = []
    beganMs = performance.now()
  }
  if (rows.length > 0 && position) yield { rows, position }
}

async function beginLeg(
  deps: ReadDeps,
  { query, filters, signal, findSubject }: ExportRequest,
  { after, times }: { after: RowPosition | null; times: Times | null },
) {
  const subject = await findSubject()
  const search: LogSearch<ExportQuery> = { ...subject, query, filters, signal }
  const beginning = await beginSearch(deps, search, (horizon) => times ?? timesOf(query, horizon))
  // a part is full long before, and each of its statements has its own bound
  const deadlineMs = performance.now() + partMs
  const walk = planWalk(search, { ...beginning, order: query.order, after, deadlineMs })
  return { walk, times: beginning.times }
}
