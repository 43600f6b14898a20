import { findReceivedSpans, listCommitGaps, listStreams, readCommitRows } from '@logboom/db'
import type {
  Commit,
  CommitGap,
  CommitPart,
  CommitRow,
  Database,
  RetentionSpan,
  RowFilter,
  Stream,
  StreamSpan,
} from '@logboom/db'
import { toStoredEntry } from '../to-stored-entry.ts'

/** A line with its stream, and as JSON from when it is first asked for. */
export interface BatchLine {
  row: CommitRow
  stream: Stream
  text(): string
}

/** A committed batch, as much of it as was asked for, in the order in which it is given. */
export interface Batch {
  commit: Commit
  lines: BatchLine[]
  gaps: { gap: CommitGap; beside: Stream[] }[]
}

export interface BatchesQuery {
  classes: readonly RetentionSpan[]
  /** All of each transaction. */
  commits: readonly Commit[]
  /** Given before: read only where they decide what is whose. */
  isPast: (commit: Commit) => boolean
  isWanted: (stream: Stream) => boolean
  filter: RowFilter
  attributes: RowFilter['attributes']
}

/** Read in one statement: 16 requests of a MiB are as much as a process should hold of it. */
const partsMax = 16
const linesMax = 5_000

/** Batches with what is wanted of them, in the order of commit, read some at a time as they are taken. */
export async function* readBatches(db: Database, query: BatchesQuery): AsyncGenerator<Batch[]> {
  const { classes, isPast, isWanted } = query
  const commits = withTwins(query.commits, isPast)
  if (commits.length === 0) return
  const gaps = await listCommitGaps(db, classes, commits)
  const ids = [
    ...commits.flatMap(({ streamIds }) => streamIds),
    ...gaps.flatMap(({ streamIds }) => streamIds),
  ]
  const streams = new Map((await listStreams(db, [...new Set(ids)])).map((stream) => [stream.id, stream]))
  const claimOnce = createClaims()
  for (const [from, to] of chunksOf(commits)) {
    const parts: CommitPart[] = []
    for (const commit of commits.slice(from, to)) {
      const ids = commit.streamIds.filter((id) => isKnown(streams.get(id), isWanted))
      parts.push({ commit, spans: await spansOf(db, commit, ids) })
    }
    const rows = await readRows(db, query, parts)
    const batches = commits.slice(from, to).map((commit, part): Batch => {
      const claim = claimOnce(commit)
      return {
        commit,
        lines: (rows.get(part) ?? []).filter(({ id }) => claim(id)).flatMap((row) => linesOf(row, streams)),
        gaps: gaps
          .filter((gap) => gap.part === from + part && claim(gap.id))
          .map((gap) => ({ gap, beside: gap.streamIds.flatMap((id) => streams.get(id) ?? []) })),
      }
    })
    yield batches.filter(({ commit }) => !isPast(commit))
  }
}

async function readRows(
  db: Database,
  { classes, filter, attributes }: BatchesQuery,
  parts: readonly CommitPart[],
): Promise<Map<number, CommitRow[]>> {
  if (parts.every(({ spans }) => spans.length === 0)) return new Map()
  const rows = await readCommitRows(db, { classes, parts, filter, attributes })
  return Map.groupBy(rows, ({ part }) => part)
}

/** Beyond it, a batch is looked for minute by minute: it has late lines among others, and its streams have many between. */
const narrowUs = 600e6

async function spansOf(db: Database, commit: Commit, streamIds: readonly string[]): Promise<StreamSpan[]> {
  const { minUs, maxUs, stored } = commit
  if (minUs === null || maxUs === null || stored === 0 || streamIds.length === 0) return []
  if (maxUs - minUs > narrowUs) return findReceivedSpans(db, commit, streamIds)
  return streamIds.map((streamId) => ({ streamId, minUs, maxUs }))
}

/** What is not past, and what was received with it and written by the same transaction. */
function withTwins(commits: readonly Commit[], isPast: (commit: Commit) => boolean): Commit[] {
  const ahead = new Set(commits.filter((commit) => !isPast(commit)).map(twinKey))
  return commits.filter((commit) => ahead.has(twinKey(commit)))
}

function twinKey({ xid, createdUs, agentId }: Commit): string {
  return `${xid} ${createdUs} ${agentId}`
}

/** Twins find the same rows: each is the first one's that has it. */
function createClaims(): (commit: Commit) => (id: string) => boolean {
  let key = ''
  let claimed = new Set<string>()
  return (commit) => {
    if (twinKey(commit) !== key) claimed = new Set()
    key = twinKey(commit)
    return (id) => !claimed.has(id) && Boolean(claimed.add(id))
  }
}

function* chunksOf(commits: readonly Commit[]): Generator<[from: number, to: number]> {
  let from = 0
  let lines = 0
  for (const [index, { stored }] of commits.entries()) {
    if (index > from && (index - from === partsMax || lines + stored > linesMax)) {
      yield [from, index]
      from = index
      lines = 0
    }
    lines += stored
  }
  yield [from, commits.length]
}

function isKnown(stream: Stream | undefined, isWanted: (stream: Stream) => boolean): boolean {
  return stream !== undefined && isWanted(stream)
}

function linesOf(row: CommitRow, streams: ReadonlyMap<string, Stream>): BatchLine[] {
  const stream = streams.get(row.streamId)
  if (!stream) return []
  let text: string | undefined
  return [{ row, stream, text: () => (text ??= JSON.stringify(toStoredEntry({ ...stream, ...row }))) }]
}
