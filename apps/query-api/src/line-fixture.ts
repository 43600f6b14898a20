import { randomUUID } from 'node:crypto'
import {
  buildTraceFilter,
  formatMicros,
  idOfUuid,
  jobVersion,
  traceHash,
  tracedKeys,
  uuidOf,
} from '@logboom/contracts'
import type { BatchJob, JobGap, JobStream, Row } from '@logboom/contracts'
import { createStreamCache, writeBatch } from '@logboom/db'
import type { Database } from '@logboom/db'
import { tuplesOf } from '@logboom/testing'

/** A line to be stored; whatever is left out does not matter to the test. */
export interface Line extends Partial<Omit<Row, 'streamId' | 'id'>> {
  /** A UUID. */
  id?: string
  stream?: Partial<JobStream>
}

/** Stores lines the way the writer does; returns their ids in the order given. */
export async function storeLines(
  db: Database,
  agentId: string,
  lines: Line[],
  gaps: Partial<JobGap>[],
): Promise<string[]> {
  const { job, ids } = jobOfLines(agentId, lines, gaps)
  const { outcome } = await writeBatch(db, job, createStreamCache())
  if (outcome.stored !== lines.length)
    throw new Error(`stored ${JSON.stringify(outcome)} of ${lines.length} lines`)
  await age(db, lines, ids)
  return ids
}

/** A writer stores nothing that has expired, so lines that are to be old age when they are there, with their counts. */
async function age(db: Database, lines: Line[], ids: string[]): Promise<void> {
  for (const [index, { createdUs }] of lines.entries()) {
    if (createdUs === undefined) continue
    await db.pool.query(
      `with line as (
         select * from agent_logs where id = $2::uuid
       ), aged as (
         update agent_logs set created_at = $1::timestamptz where id = $2::uuid
       )
       insert into log_count_deltas (stream_id, minute, created_minute, rows, bytes, retention_class, severity)
       select stream_id, date_bin('1 minute', timestamp, 'epoch'), date_bin('1 minute', received.at, 'epoch'),
         received.rows, received.rows * octet_length(message), retention_class, severity
       from line, lateral (values (line.created_at, -1), ($1::timestamptz, 1)) as received (at, rows)`,
      [formatMicros(createdUs), ids[index]],
    )
  }
}

let streamCount = 0n
const streamIds = new Map<string, bigint>()

/** One job of these lines, as ingest-api would make it. */
export function jobOfLines(
  agentId: string,
  lines: Line[],
  gaps: Partial<JobGap>[] = [],
): { job: BatchJob; ids: string[] } {
  const nowUs = Date.now() * 1000
  const streams = new Map<string, JobStream>()
  const rows = lines.map(({ stream, id, ...line }, index): Row => {
    const identity = { agentId, namespace: 'default', pod_name: 'pod', container_name: 'main', ...stream }
    const key = JSON.stringify(identity)
    const streamId = streamIds.get(key) ?? ++streamCount
    streamIds.set(key, streamId)
    streams.set(key, { ...noStream, ...identity, id: String(streamId) })
    return {
      ...noRow,
      time: { us: nowUs, ns: 0 },
      seq: index,
      ...line,
      id: idOfUuid(id ?? randomUUID()),
      createdUs: nowUs,
      streamId,
    }
  })
  const jobId = randomUUID()
  const header: BatchJob['header'] = {
    v: jobVersion,
    job_id: jobId,
    agent_id: agentId,
    batch_id: jobId,
    instance: '',
    batch_number: null,
    parts: 1,
    request_id: jobId,
    created_us: nowUs,
    entries: rows.length,
    min_us: Math.min(...rows.map((row) => row.time.us), nowUs),
    max_us: Math.max(...rows.map((row) => row.time.us), nowUs),
    streams: [...streams.values()],
    counts: countsOf(rows),
    gaps: gaps.map((gap) => ({ ...noGap, id: randomUUID(), ...gap })),
  }
  header.trace_filter = traceFilterOf(rows, header)
  return { job: { header, rows: tuplesOf(rows) }, ids: rows.map((row) => uuidOf(row.id)) }
}

function traceFilterOf(rows: Row[], { min_us, max_us }: BatchJob['header']): string {
  const values = rows.flatMap(({ time: { us }, attributes }) => {
    const parsed: Record<string, unknown> = JSON.parse(attributes ?? '{}')
    return tracedKeys
      .filter((key) => ['string', 'number', 'boolean'].includes(typeof parsed[key]))
      .map((key) => ({ us, hash: traceHash(key, String(parsed[key])) }))
  })
  return buildTraceFilter(values, { minUs: min_us ?? 0, maxUs: max_us ?? 0 }).toString('base64')
}

function countsOf(rows: Row[]): BatchJob['header']['counts'] {
  return rows.map((row) => ({
    stream: String(row.streamId),
    retention_class: row.retentionClass,
    minute: Math.floor(row.time.us / 60e6),
    severity: row.severity,
    rows: 1,
    bytes: row.message.length,
  }))
}

const noStream: Omit<JobStream, 'id'> = {
  namespace: 'default',
  pod_name: 'pod',
  pod_uid: null,
  container_name: 'main',
  node: null,
  labels: {},
  deployment_object_id: null,
  work_order_id: null,
}

const noRow = {
  originalBytes: null,
  retentionClass: 1,
  severity: null,
  flags: 0,
  message: 'a line',
  groupId: null,
  attributes: null,
}

const noGap: Omit<JobGap, 'id'> = {
  namespace: 'default',
  pod_name: 'pod',
  container_name: 'main',
  from: '2025-01-01T00:00:00.000000Z',
  to: '2025-01-01T00:00:01.000000Z',
  lines: 1,
  bytes: null,
  reason: 'rotated',
  exact: false,
  retention_class: 1,
}
