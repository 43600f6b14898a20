import { traceHash, tracedKeys } from '@logboom/contracts'
import type { SearchProgress } from '@logboom/contracts'
import { findBeginning, findHorizon, findProgress, findStreams, findTracedBatches } from '@logboom/db'
import type { Database, FoundStreams, Horizon, StreamSpan } from '@logboom/db'
import type { QueryConfig } from './config.ts'
import type { LogFilters } from './log-query.ts'
import type { LogSearch } from './log-search.ts'
import { windowOf } from './plan-walk.ts'
import type { Times } from './plan-walk.ts'
import { progressOptionsOf, toSearchProgress } from './search-progress.ts'
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

export interface SearchBeginning<T extends Times> {
  horizon: Horizon
  progress: SearchProgress
  times: T
  places: SearchPlaces
}

/**
 * What there is to be seen, when, and in which streams. A search for a traced value asks the ledger first, and goes to a
 * few seconds of a few streams; where the ledger cannot tell, it is a search like any other.
 */
export async function beginSearch<T extends Times>(
  { db, config }: { db: Database; config: Pick<QueryConfig, 'MAX_INSTANCES'> },
  search: LogSearch<LogFilters>,
  timesIn: (horizon: Horizon) => T,
): Promise<SearchBeginning<T>> {
  const { scope, streams: filter, query } = search
  const options = progressOptionsOf(config)
  const hashes = tracesOf(query)
  if (hashes.length === 0) {
    const { horizon, progress, streams } = await findBeginning(db, scope, filter, options)
    const places = { streams, spans: null }
    return { horizon, progress: toSearchProgress(progress), times: timesIn(horizon), places }
  }
  // read before the ledger, streams and lines, which then cannot lack what it says is there
  const [horizon, progress] = await Promise.all([findHorizon(db), findProgress(db, scope, filter, options)])
  const times = timesIn(horizon)
  const traced = await findTraced(db, search, { hashes, window: windowOf(horizon, times) })
  const places = traced ?? { streams: await findStreams(db, scope, filter), spans: null }
  return { horizon, progress: toSearchProgress(progress), times, places }
}

/** Null where the ledger cannot tell, or there are too many. */
async function findTraced(
  db: Database,
  { scope, streams: filter }: LogSearch<LogFilters>,
  { hashes, window }: { hashes: number[]; window: TimeWindow },
): Promise<SearchPlaces | null> {
  const batches = await findTracedBatches(db, { hashes, scope, window, batchesMax })
  if (!batches) return null
  const found = spansOfBatches(batches, hashes)
  const streams = await findStreams(db, scope, filter, [...new Set(found.map(({ streamId }) => streamId))])
  const ids = new Set('ids' in streams ? streams.ids : [])
  const spans = found.filter(({ streamId }) => ids.has(streamId))
  return 'ids' in streams && spans.length <= spansMax ? { streams, spans } : null
}

/** What begins like JSON may be asked of an object or a list, which are not traced. */
function tracesOf({ attributes }: LogFilters): number[] {
  return tracedKeys.flatMap((traced) =>
    attributes
      .filter(([key, value]) => key === traced && !/^[[{]/.test(value))
      .map(([, value]) => traceHash(traced, value)),
  )
}
