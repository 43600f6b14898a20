import { setTimeout as rest } from 'node:timers/promises'
import { findHorizon, findSettledXid, listCommits } from '@logboom/db'
import type { Database, ListedCommits, RetentionSpan, RowFilter, Stream } from '@logboom/db'
import { batchEventsOf } from './batch-events.ts'
import { takesStream } from './follow-filter.ts'
import type { FollowFilter } from './follow-filter.ts'
import type { Follower } from './follower.ts'
import { isPast, moved } from './follow-position.ts'
import type { FollowPosition } from './follow-position.ts'
import type { FollowHub } from './follow-hub.ts'
import { readBatches } from './read-batches.ts'
import type { Batch, BatchesQuery } from './read-batches.ts'

/** More than a writer puts into one transaction. */
const commitsMax = 200
const replicaLooksMs = 1_000

export interface CatchUpDeps {
  db: Database
  hub: Pick<FollowHub, 'join'>
  /** Runs few at once. */
  inTurn: <T>(work: () => Promise<T>) => Promise<T>
}

/**
 * Gives a follower everything that was committed since its position, at its own pace, and hands it over to the hub at the
 * head of the ledger. It reads what the hub reads in the same order, so that there is no seam.
 */
export async function catchUp(deps: CatchUpDeps, follower: Follower): Promise<void> {
  while (!follower.closed.aborted) {
    const found = await deps.inTurn(() => readAhead(deps.db, follower))
    const batches = readBatches(deps.db, batchesQueryOf(found, follower))
    for (;;) {
      const next = await deps.inTurn(() => batches.next())
      if (next.done) break
      if (!(await give(follower, next.value))) return
    }
    const { commits, hasMore } = found.listed
    if (found.settledXid < follower.position.xid) {
      await waitForReplica(follower)
      continue
    }
    const last = commits.at(-1)
    // nothing can still come before what is settled, so that is how far everything was given
    follower.position = moved(
      follower.position,
      hasMore && last ? last : { xid: found.settledXid, batchNo: 0 },
    )
    if (follower.closed.aborted) return
    if (hasMore || !(await deps.hub.join(follower))) continue
    follower.mention({ type: 'live', position: follower.position })
    return
  }
}

/** It was further on elsewhere: on the primary, or on a replica that is nearer to it. */
async function waitForReplica({ closed }: Follower): Promise<void> {
  await rest(replicaLooksMs, undefined, { signal: closed }).catch(() => undefined)
}

interface FoundAhead {
  settledXid: number
  listed: ListedCommits
  classes: RetentionSpan[]
}

async function readAhead(db: Database, { filter, position }: Follower): Promise<FoundAhead> {
  const { scope, streams } = filter
  const settledXid = await findSettledXid(db)
  const listed = await listCommits(db, {
    scope,
    streams,
    since: position.since,
    fromXid: position.xid,
    settledXid,
    limit: commitsMax,
  })
  const { classes } = await findHorizon(db)
  return { settledXid, listed, classes }
}

function batchesQueryOf({ listed, classes }: FoundAhead, { filter, position }: Follower): BatchesQuery {
  return {
    classes,
    commits: listed.commits,
    isPast: (commit) => isPast(position, commit),
    isWanted: (stream: Stream) => takesStream(filter, stream),
    filter: rowFilterOf(filter, position),
    attributes: [],
  }
}

/** What PostgreSQL leaves out need not be sent here. */
function rowFilterOf({ severities, q, attributes }: FollowFilter, { since }: FollowPosition): RowFilter {
  return { severities, since, until: null, text: q && 'text' in q ? q.text : null, attributes }
}

/** False when the follower has gone. */
async function give(follower: Follower, batches: readonly Batch[]): Promise<boolean> {
  for (const batch of batches) {
    const view = { filter: follower.filter, takesLine: follower.takesLine, after: follower.position }
    for (const { event, position, lines } of batchEventsOf(batch, view)) {
      await follower.room()
      if (follower.closed.aborted) return false
      follower.send(event, lines.length)
      follower.position = position
    }
  }
  return true
}
