import { readInSnapshot } from '@logboom/db'
import type { Database, FoundRow, Snapshot } from '@logboom/db'
import type { LogTime } from '@logboom/contracts'
import { beginSearch } from '../begin-search.ts'
import { findPage } from '../find-page.ts'
import type { LogSearch } from '../log-search.ts'
import { planWalk, timesOf } from '../plan-walk.ts'
import type { QueryConfig } from '../config.ts'
import type { FollowPosition } from './follow-position.ts'
import type { FollowQuery } from './follow-query.ts'

export interface FollowBeginning {
  /** The newest lines that were asked for, oldest first. */
  tail: FoundRow[]
  /** Everything that the tail could have had is before it. */
  position: FollowPosition
}

export interface BeginDeps {
  db: Database
  config: Pick<QueryConfig, 'MAX_INSTANCES' | 'SEARCH_TIME_MS'>
}

/**
 * Where a follower begins that does not go on from somewhere. Tail and position are of one snapshot: what it sees is the
 * tail's, what it does not see is followed, so that nothing is between them and nothing in both.
 */
export function beginFollow(deps: BeginDeps, search: LogSearch<FollowQuery>): Promise<FollowBeginning> {
  const { tail: wanted, since } = search.query
  return readInSnapshot(deps.db, async (db, snapshot) => {
    const beginning = await beginSearch({ ...deps, db }, search, (horizon) => timesOf(search.query, horizon))
    const { times } = beginning
    if (wanted === undefined && since) return { tail: [], position: fromStart(times.since) }
    const position = afterSnapshot(snapshot, times.since)
    if (!wanted) return { tail: [], position }
    const deadlineMs = performance.now() + deps.config.SEARCH_TIME_MS
    const walk = planWalk(search, { ...beginning, order: 'desc', after: null, deadlineMs })
    const { rows } = await findPage(db, walk, { offset: 0, limit: wanted })
    return { tail: rows.toReversed(), position }
  })
}

/** A replay walks the whole ledger, passing over what is older. */
function fromStart(since: LogTime | null): FollowPosition {
  return { xid: 0, batchNo: 0, within: null, seen: null, since }
}

function afterSnapshot(snapshot: Snapshot, since: LogTime | null): FollowPosition {
  return { xid: snapshot.xmin, batchNo: 0, within: null, seen: snapshot, since }
}
