import { Problem } from '@logboom/contracts'
import type { LogContext } from '@logboom/contracts'
import { anyStream, findEntry, findHorizon, findProgress, findStreams } from '@logboom/db'
import type { FoundEntry, FoundRow, ReadScope, RowOrder } from '@logboom/db'
import { entryCursor } from './context-query.ts'
import type { ContextRequest } from './context-query.ts'
import { findPage } from './find-page.ts'
import type { Page } from './find-page.ts'
import { windowOf } from './plan-walk.ts'
import type { QueryDeps } from './query-deps.ts'
import { progressOptionsOf, toSearchProgress } from './search-progress.ts'
import { toStoredEntry } from './to-stored-entry.ts'
import type { Walk } from './walk-rows.ts'

export interface ContextSearch extends ContextRequest {
  scope: ReadScope
  signal: AbortSignal
}

/**
 * The lines around one line of its stream, in order of time, `seq` and id.
 * @throws {Problem} 404, the same for a line that has expired, one that the caller may not see, and none
 */
export async function findContext(deps: QueryDeps, search: ContextSearch): Promise<LogContext> {
  const { db, config } = deps
  const { scope, key, signal } = search
  const deadlineMs = performance.now() + config.SEARCH_TIME_MS
  const horizon = await findHorizon(db)
  const sight = { scope, classes: horizon.classes }
  const entry = await findEntry(db, sight, key)
  if (!entry) throw new Problem('entry_not_found')
  const [streams, progress] = await Promise.all([
    findStreams(db, scope, anyStream, [entry.streamId]),
    findProgress(db, scope, streamFilterOf(entry), progressOptionsOf(config)),
  ])
  const walk: Omit<Walk, 'order'> = {
    sight,
    streams,
    spans: null,
    lines: streams.lines,
    filter: { severities: [], since: null, until: null, text: null, attributes: [] },
    matches: null,
    range: windowOf(horizon, { since: null, until: null }),
    nowUs: horizon.nowUs,
    after: { us: entry.us, suborder: entry.suborder, id: entry.id },
    deadlineMs,
    signal,
  }
  const side = (order: RowOrder, limit: number) => findPage(db, { ...walk, order }, { offset: 0, limit })
  const [before, after] = await Promise.all([side('desc', search.before), side('asc', search.after)])
  return {
    before: before.rows.map(toStoredEntry).toReversed(),
    entry: toStoredEntry(entry),
    after: after.rows.map(toStoredEntry),
    has_more_before: before.hasMore,
    has_more_after: after.hasMore,
    ...(before.hasMore && { before_cursor: entryCursor(outermost(before, entry)) }),
    ...(after.hasMore && { after_cursor: entryCursor(outermost(after, entry)) }),
    ...toSearchProgress(progress),
  }
}

function outermost({ rows }: Page, entry: FoundEntry): FoundRow {
  return rows.at(-1) ?? entry
}

function streamFilterOf({ agentId, namespace, podName, containerName }: FoundEntry): typeof anyStream {
  return { ...anyStream, agentId, namespace, podName, containerName }
}
