import { traceHash, tracedKeys } from '@logboom/contracts'
import { findStreams, findTracedBatches } from '@logboom/db'
import type { Database, FoundStreams, StreamSpan } from '@logboom/db'
import type { LogFilters } from './log-query.ts'
import type { LogSearch } from './log-search.ts'
import { spansOfBatches } from './spans-of-batches.ts'
import type { TimeWindow } from './time-windows.ts'

/** Where the rows of a search are. */
export interface SearchPlaces {
  streams: FoundStreams
  /** Null: anywhere in these streams. */
  spans: StreamSpan[] | null
}

/** Of batches and of spans: what has more is so frequent that the ordinary walk fills its page at once. */
const batchesMax = 2_000
const spansMax = 5_000

/**
 * The streams that a search may read. One for a traced value asks the ledger first, and goes to a few seconds of a few
 * streams; where the ledger cannot tell, it is a search like any other, which need not know its window here.
 */
export async function resolveStreams(
  db: Database,
  { scope, streams: filter, query }: LogSearch<LogFilters>,
  findWindow: () => Promise<TimeWindow>,
): Promise<SearchPlaces> {
  const hashes = tracesOf(query)
  const batches =
    hashes.length > 0
      ? await findTracedBatches(db, { hashes, scope, window: await findWindow(), batchesMax })
      : null
  const found = batches && spansOfBatches(batches, hashes)
  if (found) {
    const streams = await findStreams(db, scope, filter, [...new Set(found.map(({ streamId }) => streamId))])
    const ids = new Set('ids' in streams ? streams.ids : [])
    const spans = found.filter(({ streamId }) => ids.has(streamId))
    if ('ids' in streams && spans.length <= spansMax) return { streams, spans }
  }
  return { streams: await findStreams(db, scope, filter), spans: null }
}

/** What begins like JSON may be asked of an object or a list, which are not traced. */
function tracesOf({ attributes }: LogFilters): number[] {
  return tracedKeys.flatMap((traced) =>
    attributes
      .filter(([key, value]) => key === traced && !/^[[{]/.test(value))
      .map(([, value]) => traceHash(traced, value)),
  )
}
