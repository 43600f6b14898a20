import { z } from 'zod'
import { ReadReport } from './read-until.ts'

/**
 * What ingest-api hands to the writer: one job = one batch (or a part of a large one).
 * The header is JSON; the rows beside it are tuples of binary COPY, one per entry (`row-tuple.ts`); in jobs of `textJobVersion`
 * they are lines of COPY text (`row.ts`): those of the release before, and of dead letters that are sent again.
 * A field may be added when it is optional; a writer that meets a newer `v` leaves the job for a newer writer.
 */
export const jobVersion = 2
/** The rows of a job of this version are lines of COPY text. */
export const textJobVersion = 1

const Uint = z.int().min(0)

export const JobStream = z.object({
  /** 64-bit hash of everything but node and labels, decimal: the key of `log_streams`. */
  id: z.string(),
  namespace: z.string(),
  pod_name: z.string(),
  pod_uid: z.string().nullable(),
  container_name: z.string().nullable(),
  node: z.string().nullable(),
  labels: z.record(z.string(), z.string()),
  deployment_object_id: z.string().nullable(),
  work_order_id: z.string().nullable(),
})

export type JobStream = z.infer<typeof JobStream>

/** Rows of one stream, minute, level and class in this batch: what the writer adds to the counts. */
export const JobCount = z.object({
  stream: z.string(),
  retention_class: z.int(),
  /** Minutes since 1970. */
  minute: z.int(),
  severity: z.int().nullable(),
  rows: Uint,
  bytes: Uint,
})

export type JobCount = z.infer<typeof JobCount>

export const JobGap = z.object({
  id: z.string(),
  namespace: z.string(),
  pod_name: z.string(),
  container_name: z.string().nullable(),
  /** RFC 3339, microseconds. */
  from: z.string(),
  to: z.string(),
  lines: Uint.nullable(),
  bytes: Uint.nullable(),
  reason: z.string(),
  exact: z.boolean(),
  retention_class: z.int(),
})

export type JobGap = z.infer<typeof JobGap>

export const JobHeader = z.object({
  v: z.int(),
  /** Unique for (agent, idempotency key, part): the key of the writer's ledger. */
  job_id: z.string(),
  agent_id: z.string(),
  batch_id: z.string(),
  /** `Logboom-Instance` and `Logboom-Batch-Number` of senders that number their batches. */
  instance: z.string(),
  batch_number: Uint.nullable(),
  parts: z.int().min(1),
  request_id: z.string(),
  /**
   * Whether somebody waits to be told of the outcome; absent: perhaps. Of the delivery that made the job: a repeat that
   * waits for it where the first did not is answered without the outcome.
   */
  is_awaited: z.boolean().optional(),
  /** Receipt, microseconds since 1970: `created_at` of every row of the batch. */
  created_us: Uint,
  entries: Uint,
  min_us: z.int().nullable(),
  max_us: z.int().nullable(),
  streams: z.array(JobStream),
  counts: z.array(JobCount),
  gaps: z.array(JobGap),
  /** Base64 of the filter of its traced values (`trace-filter.ts`); empty: has none; absent: nobody looked. */
  trace_filter: z.string().optional(),
  /** How far the instance has read, from when this batch and all before it are committed. In the first part alone. */
  read_report: ReadReport.optional(),
})

export type JobHeader = z.infer<typeof JobHeader>

export interface BatchJob {
  header: JobHeader
  /** `header.entries` tuples of binary COPY; in version 1 as many lines of COPY text, each ended by a newline. */
  rows: Buffer
}
