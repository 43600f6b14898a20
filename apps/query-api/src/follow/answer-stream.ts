import { Problem } from '@logboom/contracts'
import { findSettledXid } from '@logboom/db'
import type { StreamFilter } from '@logboom/db'
import type { Principal } from '@logboom/service'
import type { Request, RequestHandler } from 'express'
import { requireFilterSubjects, streamFilterOf } from '../answer-logs.ts'
import type { FindSubject } from '../answer-logs.ts'
import type { RawQuery } from '../parse-query.ts'
import type { QueryDeps } from '../query-deps.ts'
import { readScopeOf } from '../read-scope.ts'
import { beginFollow } from './begin-follow.ts'
import { followFilterOf } from './follow-filter.ts'
import type { FollowFilter } from './follow-filter.ts'
import { decodePosition } from './follow-position.ts'
import type { FollowPosition } from './follow-position.ts'
import { parseFollowQuery } from './follow-query.ts'
import type { FollowQuery } from './follow-query.ts'
import type { FollowSink } from './outbox.ts'
import type { NewFollower } from './open-following.ts'
import { openSseSink } from './sse-sink.ts'

/** A route that follows entries by Server-Sent Events. */
export function answerStream(deps: QueryDeps, findSubject: FindSubject): RequestHandler {
  return async (req, res) => {
    const begun = await beginFollowing(deps, findSubject, req)
    if (res.closed) return begun.release()
    begun.start(openSseSink(res))
  }
}

export interface BegunFollow {
  /** Hands the connection over, with which it stays until it is closed. */
  start(sink: FollowSink): void
  /** In the place of `start`. */
  release(): void
}

/**
 * Everything that can be refused, before anything is sent. The one place where a follower's principal is found, and
 * where it is found again while the connection is open.
 * @throws {Problem}
 */
export async function beginFollowing(
  deps: QueryDeps,
  findSubject: FindSubject,
  req: Request,
): Promise<BegunFollow> {
  const principal = await deps.authenticator.authenticateFollower(req)
  const recheck = () => deps.authenticator.recheck(principal)
  const { subject, readable } = findSubject(req, principal)
  await readable
  const raw = req.query
  const query = parseFollowQuery(raw)
  await requireFilterSubjects(deps, principal, query)
  const release = deps.following.limits.take(principal)
  try {
    const streams = streamFilterOf(query, subject)
    const begun = await findBeginning(deps, {
      principal,
      streams,
      query,
      lastEventId: lastEventIdOf(req, query),
    })
    const asked = { scope: readScopeOf(principal), streams, since: begun.position.since }
    const filter = followFilterOf(query, { ...asked, key: keyOf(raw, asked) })
    return {
      release,
      start(sink) {
        sink.closed.addEventListener('abort', release, { once: true })
        deps.following.start({ ...begun, sink, filter, recheck })
      },
    }
  } catch (err) {
    release()
    throw err
  }
}

async function findBeginning(
  deps: QueryDeps,
  { principal, streams, query, lastEventId }: FollowRequest,
): Promise<Pick<NewFollower, 'tail' | 'position'>> {
  if (lastEventId !== undefined) return { tail: [], position: await positionOf(deps, lastEventId) }
  const { signal } = new AbortController() // a beginning is short
  const search = { scope: readScopeOf(principal), streams, query, filters: null, signal }
  return deps.following.inTurn(() => beginFollow(deps, search))
}

/** How far a replica may be behind another one. */
const lagXidsMax = 1_000_000

/** @throws {Problem} 400 for one that this database has not come to, such as after it was restored elsewhere */
async function positionOf({ db }: QueryDeps, lastEventId: string): Promise<FollowPosition> {
  const position = decodePosition(lastEventId)
  if (position.xid <= (await findSettledXid(db)) + lagXidsMax) return position
  throw new Problem('invalid_cursor', 'the event is not of this database', {
    members: { parameter: 'last_event_id' },
  })
}

interface FollowRequest {
  principal: Principal
  streams: StreamFilter
  query: FollowQuery
  lastEventId: string | undefined
}

/** The header is newer than the address, which an EventSource never changes. */
function lastEventIdOf(req: Request, { last_event_id: inQuery }: FollowQuery): string | undefined {
  return req.get('last-event-id') || inQuery
}

const notFilters = new Set(['since', 'tail', 'last_event_id', 'ticket'])

function keyOf(
  raw: RawQuery,
  { scope, streams, since }: Pick<FollowFilter, 'scope' | 'streams' | 'since'>,
): string {
  const asked = Object.entries(raw).filter(([name]) => !notFilters.has(name))
  return JSON.stringify([scope, streams, since, asked.toSorted(([a], [b]) => (a < b ? -1 : 1))])
}
