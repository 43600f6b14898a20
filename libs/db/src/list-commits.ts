import { formatMicros } from '@logboom/contracts'
import type { LogTime } from '@logboom/contracts'
import type { Sql } from 'sql-template-tag'
import sql, { join } from 'sql-template-tag'
import { matchesStream, placeConditions } from './match-streams.ts'
import type { StreamFilter } from './match-streams.ts'
import type { Database } from './open-database.ts'
import { queryPrepared } from './query-prepared.ts'
import { ownerIsVisible } from './visible-rows.ts'
import type { ReadScope } from './visible-rows.ts'

/** A committed batch in the ledger. Transaction ids and batch numbers fit a double for as long as there is disk. */
export interface Commit {
  xid: number
  batchNo: number
  agentId: string
  createdUs: number
  /** Of its lines; null: it has none. */
  minUs: number | null
  maxUs: number | null
  streamIds: string[]
  /** Lines that were new. */
  stored: number
  /** Seconds since its transaction began, by PostgreSQL's clock, when this was read. */
  ageSeconds: number
}

export interface CommitQuery {
  scope: ReadScope
  /** Batches of the agents that have such streams or gaps: which streams a batch has itself is for the caller to see. */
  streams: StreamFilter
  /** Batches that may have lines or gaps from then on; null = any. */
  since: LogTime | null
  /** The transaction to begin with. */
  fromXid: number
  /** From `findSettledXid`: what is listed is all there will ever be before it. */
  settledXid: number
  limit: number
}

/** Batches in the order of commit. */
export interface ListedCommits {
  commits: Commit[]
  /** There is more that is settled. */
  hasMore: boolean
}

interface CommitRow {
  xid: string
  batch_no: string
  agent_id: string
  created_us: string
  min_us: string | null
  max_us: string | null
  stream_ids: string[]
  stored: number
  age_seconds: number
}

/**
 * The next batches of the ledger of which it is settled that nothing will come between them or before them. All of a
 * transaction or none of it, so `limit` must be more than a writer puts into one. By the index on (xid, batch_no):
 * 0.4 ms where there is nothing new, 3 ms for 200 batches, 4 ms to find those of one pod among 8 000.
 */
export async function listCommits(db: Database, query: CommitQuery): Promise<ListedCommits> {
  const { limit } = query
  const { rows } = await queryPrepared<CommitRow>(db, listCommitsStatement(query))
  const commits = rows.map(commitOf)
  const hasMore = commits.length > limit
  const cutXid = commits.at(-1)?.xid
  return {
    commits: hasMore ? commits.filter(({ xid }) => xid !== cutXid) : commits,
    hasMore,
  }
}

/** Apart, so that a test can have it explained. */
export function listCommitsStatement(query: CommitQuery): Sql {
  return sql`
    select
      w.xid::text,
      w.batch_no,
      w.agent_id,
      (extract(epoch from w.created_at) * 1000000)::bigint as created_us,
      (extract(epoch from w.min_time) * 1000000)::bigint as min_us,
      (extract(epoch from w.max_time) * 1000000)::bigint as max_us,
      w.stream_ids::text[],
      w.stored,
      extract(epoch from clock_timestamp() - w.committed_at)::float8 as age_seconds
    from write_log w
    where w.xid >= ${String(query.fromXid)}::xid8 and w.xid < ${String(query.settledXid)}::xid8
      and ${join(conditionsOf(query), ' and ')}
    order by w.xid, w.batch_no
    limit ${query.limit + 1}::integer`
}

function conditionsOf({ scope, streams, since }: CommitQuery): Sql[] {
  const conditions = [ownerIsVisible(scope, { agentId: sql`w.agent_id`, namespace: null })]
  if (streams.agentId) conditions.push(sql`w.agent_id = ${streams.agentId}::uuid`)
  else if (isNarrow(streams)) conditions.push(isOfAgentWith(scope, streams))
  if (since) {
    const from = sql`${formatMicros(since.us)}::timestamptz`
    conditions.push(sql`(w.max_time >= ${from} or w.created_at >= ${from})`)
  }
  return conditions
}

function isNarrow({ labels, ...places }: StreamFilter): boolean {
  return labels.length > 0 || Object.values(places).some((place) => place !== null)
}

/** In the snapshot of the ledger itself, which so has no batch whose streams are not there yet. */
function isOfAgentWith(scope: ReadScope, streams: StreamFilter): Sql {
  const ofGap = join([sql`true`, ...placeConditions(streams, 'g')], ' and ')
  return sql`w.agent_id in (
    select s.agent_id from log_streams s where ${matchesStream(scope, streams)}
    union
    select g.agent_id from log_gaps g where ${ofGap}
  )`
}

function commitOf(row: CommitRow): Commit {
  return {
    xid: Number(row.xid),
    batchNo: Number(row.batch_no),
    agentId: row.agent_id,
    createdUs: Number(row.created_us),
    minUs: row.min_us === null ? null : Number(row.min_us),
    maxUs: row.max_us === null ? null : Number(row.max_us),
    streamIds: row.stream_ids,
    stored: row.stored,
    ageSeconds: row.age_seconds,
  }
}
