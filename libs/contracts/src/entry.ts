import { z } from 'zod'
import { Follow } from './follow.ts'
import { ReadUntil, RejectedReadUntil } from './read-until.ts'

/**
 * One log line on the wire. Only the first four fields are required; unknown fields are ignored.
 * Lengths are judged in UTF-8 bytes by ingest-api (`fieldBytesMax`), which can say so per entry.
 */
export const Entry = z
  .object({
    timestamp: z.string().describe('RFC 3339, up to nanoseconds'),
    namespace: z.string().min(1),
    pod_name: z.string().min(1),
    message: z.string(),
    container_name: z.string().nullish(),
    level: z
      .union([z.string(), z.number()])
      .nullish()
      .describe('Any spelling, or a number of pino or OpenTelemetry'),
    deployment_object_id: z
      .unknown()
      .optional()
      .describe('UUID; what is unknown or not the agent’s own is stored as null'),
    work_order_id: z
      .unknown()
      .optional()
      .describe('UUID; what is unknown or not the agent’s own is stored as null'),
    entry_id: z
      .string()
      .nullish()
      .describe('Unique with the timestamp for its agent: a repeat is stored once'),
    pod_uid: z.string().nullish(),
    node: z.string().nullish(),
    output: z.enum(['stdout', 'stderr']).nullish(),
    seq: z.int().min(0).nullish().describe('Orders entries of equal time; default: the index in the body'),
    group_id: z.string().nullish().describe('The entry_id of the first line of a folded stack trace'),
    original_bytes: z
      .int()
      .min(0)
      .nullish()
      .describe('Of a message that the sender has truncated: its bytes before'),
    labels: z.record(z.string(), z.string()).nullish().describe('Of the stream: few values, indexed'),
    attributes: z.record(z.string(), z.unknown()).nullish().describe('Of the line: anything'),
  })
  .meta({ id: 'Entry' })

export type Entry = z.infer<typeof Entry>

export const gapReasons = [
  'rate_limit',
  'sampled',
  'spool_full',
  'rotated',
  'truncated',
  'missed_restarts',
  'rejected',
  'corrupt',
  'long_line',
  'expired',
  'unreadable',
] as const

/** Lines that an agent knows of and could not read or send. */
export const Gap = z
  .object({
    namespace: z.string().min(1),
    pod_name: z.string().min(1),
    container_name: z.string().min(1).nullish(),
    from: z.string(),
    to: z.string(),
    lines: z.int().min(0).nullish(),
    bytes: z.int().min(0).nullish(),
    reason: z.enum(gapReasons),
    exact: z.boolean().default(false),
  })
  .meta({ id: 'Gap' })

export type Gap = z.infer<typeof Gap>

/** The JSON body of a push. Entries are judged one by one, so a bad one does not spoil the rest. */
export const PushBody = z
  .object({
    logs: z.array(z.unknown()),
    batch_id: z.string().min(1).max(256).optional(),
    sent_at: z.string().nullish(),
    gaps: z.array(z.unknown()).nullish(),
    read_until: z.unknown().optional(),
  })
  .meta({ id: 'PushBody' })

/** The documented shape of a push: what a sender should write. */
export const PushRequest = PushBody.extend({
  logs: z.array(Entry),
  sent_at: z.string().optional(),
  gaps: z.array(Gap).optional(),
  read_until: ReadUntil.optional().describe(
    'What holds once this batch and all before it of this instance are committed; for senders that number their batches',
  ),
}).meta({
  id: 'PushRequest',
})

export const Rejection = z
  .object({ index: z.int(), code: z.string(), detail: z.string() })
  .meta({ id: 'Rejection' })

export type Rejection = z.infer<typeof Rejection>

/** 201: the batch is durable in the queue; with `Prefer: wait` and `duplicate` present, it is committed. */
export const PushAnswer = z
  .object({
    received: z.int(),
    stored: z.int().describe('Entries accepted; after `Prefer: wait`, rows really inserted'),
    batch_id: z.string(),
    committed_through: z
      .string()
      .optional()
      .describe(
        'The batch up to which everything of this instance is committed (senders that number their batches)',
      ),
    duplicate: z.int().optional(),
    rejected: z.array(Rejection).optional(),
    rejected_gaps: z.array(Rejection).optional().describe('By their index in `gaps`'),
    expired: z.int().optional(),
    unlinked: z.int().optional(),
    rejected_read_until: RejectedReadUntil.optional().describe('Of a `read_until` that is not taken'),
    follow: Follow.optional().describe('Somebody follows streams of this agent'),
  })
  .meta({ id: 'PushAnswer' })

export type PushAnswer = z.infer<typeof PushAnswer>

/** Request headers of a push that are ours. */
export const pushHeaders = {
  /** A repeat with the same key and body gets the first answer. */
  idempotencyKey: 'idempotency-key',
  /** Names one of several processes that push as the same agent; each has its own request budget. */
  instance: 'logboom-instance',
  /** Counts this instance's batches 1, 2, 3 …, which is what `committed_through` is computed from. */
  batchNumber: 'logboom-batch-number',
  /** The sender's clock at this attempt: for bodies without an envelope, and for repeats of a body that has one. */
  sentAt: 'logboom-sent-at',
  /** On an answer that was given before. */
  replayed: 'idempotency-replayed',
} as const
