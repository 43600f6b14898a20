import sql from 'sql-template-tag'
import { horizonOf, horizonStatement } from './find-horizon.ts'
import type { Horizon, HorizonRow } from './find-horizon.ts'
import { progressOf, progressStatement } from './find-progress.ts'
import type { FoundProgress, ProgressOptions, ProgressRow } from './find-progress.ts'
import { streamsOf, streamsStatement } from './find-streams.ts'
import type { FoundStreams, StreamsRow } from './find-streams.ts'
import type { StreamFilter } from './match-streams.ts'
import type { Database } from './open-database.ts'
import { queryPrepared } from './query-prepared.ts'
import type { ReadScope } from './visible-rows.ts'

export interface Beginning {
  horizon: Horizon
  progress: FoundProgress[]
  streams: FoundStreams
}

/**
 * `findHorizon`, `findProgress` and `findStreams` in one round trip, with which most searches begin. All three are of
 * one moment: the streams cannot lack what the progress says is there.
 */
export async function findBeginning(
  db: Database,
  scope: ReadScope,
  filter: StreamFilter,
  options: ProgressOptions,
): Promise<Beginning> {
  const { rows } = await queryPrepared<HorizonRow & StreamsRow & { progress: ProgressRow[] }>(
    db,
    sql`
    select horizon.*, streams.*, (
      select coalesce(json_agg(agent), '[]') from (${progressStatement(scope, filter, options)}) as agent
    ) as progress
    from (${horizonStatement}) as horizon
    cross join (${streamsStatement(scope, filter)}) as streams`,
  )
  const progress = progressOf(rows[0]?.progress ?? [])
  return { horizon: horizonOf(rows), progress, streams: streamsOf(rows, filter) }
}
