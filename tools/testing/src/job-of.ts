import { randomUUID } from 'node:crypto'
import { createTupleWriter, idOfUuid, jobVersion } from '@logboom/contracts'
import type { BatchJob, JobCount, JobStream, Row } from '@logboom/contracts'
import type { Pool } from 'pg'

export interface JobOptions {
  agentId: string
  messages: string[]
  /** Default: a new one. */
  jobId?: string
  batchId?: string
  instance?: string
  batchNumber?: number
  parts?: number
  createdUs?: number
  stream?: Partial<JobStream>
  /** Row ids by index; default: new ones. */
  ids?: string[]
  retentionClass?: number
  /** Of the first line, microseconds; default: just before `createdUs`. */
  timeUs?: number
  /** JSON text by index; default: none. */
  attributes?: Record<number, string>
}

/** A job of one stream, one microsecond between its lines, as ingest-api would make it. */
export function jobOf(options: JobOptions): BatchJob {
  const {
    agentId,
    messages,
    jobId = `b${randomUUID()}`,
    createdUs = Date.now() * 1000,
    retentionClass = 1,
  } = options
  const stream = { ...plainStream, ...options.stream }
  const rows = messages.map((message, index): Row => ({
    time: { us: (options.timeUs ?? createdUs - messages.length) + index, ns: 0 },
    createdUs,
    streamId: BigInt(stream.id),
    id: idOfUuid(options.ids?.[index] ?? randomUUID()),
    seq: index,
    originalBytes: null,
    retentionClass,
    severity: 9,
    flags: 0,
    message,
    groupId: null,
    attributes: options.attributes?.[index] ?? null,
  }))
  return {
    header: {
      v: jobVersion,
      job_id: jobId,
      agent_id: agentId,
      batch_id: options.batchId ?? jobId,
      instance: options.instance ?? '',
      batch_number: options.batchNumber ?? null,
      parts: options.parts ?? 1,
      request_id: 'request',
      created_us: createdUs,
      entries: rows.length,
      min_us: rows[0]?.time.us ?? null,
      max_us: rows.at(-1)?.time.us ?? null,
      streams: rows.length > 0 ? [stream] : [],
      counts: countsOf(rows, stream.id),
      gaps: [],
    },
    rows: tuplesOf(rows),
  }
}

export function tuplesOf(rows: readonly Row[]): Buffer {
  const writer = createTupleWriter(4_096)
  for (const row of rows) writer.add(row)
  return writer.take()
}

const plainStream: JobStream = {
  id: '42',
  namespace: 'production',
  pod_name: 'web-1',
  pod_uid: null,
  container_name: 'app',
  node: null,
  labels: {},
  deployment_object_id: null,
  work_order_id: null,
}

function countsOf(rows: Row[], stream: string): JobCount[] {
  const counts = new Map<number, JobCount>()
  for (const { time, message, retentionClass, severity } of rows) {
    const minute = Math.floor(time.us / 60e6)
    const sum = counts.get(minute) ?? {
      stream,
      retention_class: retentionClass,
      minute,
      severity,
      rows: 0,
      bytes: 0,
    }
    counts.set(minute, { ...sum, rows: sum.rows + 1, bytes: sum.bytes + Buffer.byteLength(message) })
  }
  return [...counts.values()]
}

export async function insertAgent(pool: Pool, name: string = randomUUID()): Promise<string> {
  const { rows } = await pool.query<{ id: string }>(
    `insert into agents (name, cluster_name) values ($1, 'test') returning id`,
    [name],
  )
  return rows[0]?.id ?? ''
}

/** Receipt of something that the default class has forgotten an hour ago. */
export function expiredUs(): number {
  return (Date.now() - 13 * 3_600_000) * 1000
}
